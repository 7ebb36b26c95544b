"""Whose feeds a caller may post and see: those of the distributors of which the person is a master."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from shared_models.accounts.records import ModuleGrant, Organisation
from shared_models.accounts.rules import MODULE_TITLES, has_module
from shared_models.kernel.errors import DomainError
from shared_models.kernel.operation import Role
from sync_server.features.feeds.datasets import DATASETS
from sync_server.features.sync.records import ServerRecords
from sync_server.foundation.caller import Caller

_SINGULAR = ("inventory", "freight")


class Sender(NamedTuple):
    """The distributor that a file belongs to."""

    distributor_id: str
    dist_code: str


def distributors_of(connection: Connection, caller: Caller) -> list[Organisation]:
    """The distributors of which the caller is a master. Raises `DomainError("role_missing")` when there is none."""
    records = ServerRecords(connection)
    mine = {member.organisation_id for member in caller.memberships if member.role is Role.MASTER}
    found = [records.get(Organisation, organisation_id) for organisation_id in sorted(mine)]
    distributors = [one for one in found if one is not None and one.kind == "distributor"]
    if not distributors:
        raise DomainError("role_missing", "Only a master of a distributor may work with its feeds.")
    return distributors


def distributor_of(connection: Connection, caller: Caller, code: str) -> Organisation:
    """The one distributor of which the caller is a master; `code` says which when there are several.

    Raises `DomainError`: `role_missing`, `not_found`, `distributor_unclear`.
    """
    distributors = distributors_of(connection, caller)
    if code:
        distributors = [one for one in distributors if one.code == code.strip().upper()]
        if not distributors:
            raise DomainError("not_found", "There is no such distributor here.")
    if len(distributors) > 1:
        codes = ", ".join(one.code for one in distributors)
        raise DomainError("distributor_unclear", f"You are a master of {codes}; say which one with distributor=CODE.")
    return distributors[0]


def sender_of(connection: Connection, caller: Caller, dataset: str, code: str, today: date) -> Sender:
    """Whose file the caller posts; `code` says which distributor when the caller is a master of several.

    Raises `DomainError`: those of `distributor_of`, `module_missing`.
    """
    mine = distributor_of(connection, caller, code)
    require_module(connection, mine, dataset, today)
    return Sender(mine.id, mine.code)


def require_module(connection: Connection, mine: Organisation, dataset: str, today: date) -> None:
    """Raises `DomainError("module_missing")` when the distributor's `dataset` is not taken in today."""
    grants = ServerRecords(connection).find(ModuleGrant, organisation_id=mine.id)
    modules = DATASETS[dataset].modules
    if not any(has_module(grants, mine.id, module, today) for module in modules):
        raise DomainError(
            "module_missing",
            f"{mine.name} does not have {MODULE_TITLES[modules[0]]} today, so its "
            f"{DATASETS[dataset].title} {'is' if dataset in _SINGULAR else 'are'} not taken in.",
            module=modules[0].value,
        )


def all_distributors(connection: Connection) -> list[str]:
    """The ids of all distributors, for the operator."""
    return [one.id for one in ServerRecords(connection).find(Organisation, kind="distributor")]
