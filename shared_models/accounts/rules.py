"""The rule “may this person do that for this organisation”, asked by stations before and by the server after."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from shared_models.accounts.records import Line, Membership, ModuleGrant
from shared_models.kernel.errors import DomainError
from shared_models.kernel.operation import Module, Operation, Role
from shared_models.kernel.records import Records

MODULE_TITLES = {
    Module.BASIC: "Order-Track Basic",
    Module.INVENTORY: "Order-Track Inventory",
    Module.WEB_DISTRIBUTION: "Web Distribution",
    Module.SAMPLE_CHECKOUT: "Sample Checkout",
    Module.SAMPLE_ORDERS: "Sample Orders",
    Module.SAMPLE_PROCESSING: "Sample Processing",
}


class _Span(Protocol):
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date | None: ...


def in_force(span: _Span, day: date) -> bool:
    """Whether a grant or a line holds on `day`; both ends are included."""
    return span.starts_on <= day and (span.ends_on is None or day <= span.ends_on)


def has_module(grants: Iterable[ModuleGrant], organisation_id: str, module: Module, day: date) -> bool:
    """Whether the organisation has the module on `day`. Sample Processing comes free with Basic."""
    enough = {module, Module.BASIC} if module is Module.SAMPLE_PROCESSING else {module}
    return any(
        grant.organisation_id == organisation_id and grant.module in enough and in_force(grant, day) for grant in grants
    )


def sells(lines: Iterable[Line], showroom_id: str, distributor_id: str, day: date) -> bool:
    """Whether the showroom sells the distributor's goods on `day`."""
    return any(
        line.showroom_id == showroom_id and line.distributor_id == distributor_id and in_force(line, day)
        for line in lines
    )


def roles_in(memberships: Iterable[Membership], person_id: str, organisation_id: str) -> frozenset[Role]:
    """What the person is in the organisation; empty when nothing."""
    return frozenset(
        member.role
        for member in memberships
        if member.person_id == person_id and member.organisation_id == organisation_id
    )


def require_may_do(
    operation: type[Operation], *, person_id: str, organisation_id: str, day: date, records: Records
) -> None:
    """Refuse an operation that the person may not do for the organisation on `day`.

    Raises `DomainError`: `not_a_member`, `role_missing` or `module_missing`.
    """
    members = records.find(Membership, organisation_id=organisation_id, person_id=person_id)
    roles = roles_in(members, person_id, organisation_id)
    if not roles:
        raise DomainError("not_a_member", "You no longer work for this organisation in Order-Track.")
    if not roles & operation.ROLES:
        allowed = ", ".join(sorted(operation.ROLES))
        raise DomainError("role_missing", f"Only these roles may do this: {allowed}.", roles=allowed)
    module = operation.MODULE
    grants = records.find(ModuleGrant, organisation_id=organisation_id)
    if module is not None and not has_module(grants, organisation_id, module, day):
        raise DomainError(
            "module_missing",
            f"Your organisation does not have {MODULE_TITLES[module]} today.",
            module=module.value,
        )
