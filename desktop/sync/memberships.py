"""What the signed-in person may be: from the directory streams, or as the server said at sign-in before the first."""

from __future__ import annotations

from datetime import date

import msgspec

from desktop.cache.meta import get_meta
from desktop.cache.reader import Reader
from shared_models.accounts.records import Membership, ModuleGrant, Organisation
from shared_models.accounts.rules import has_module
from shared_models.kernel.operation import Module
from shared_models.sync.wire import MembershipCard


def membership_cards(reader: Reader, person_id: str, day: date) -> tuple[MembershipCard, ...]:
    """One card for each organisation and role, by the organisation's name; modules are those of `day`.

    Until the first sync it is what the server said at sign-in.
    """
    members = reader.records(Membership, "WHERE person_id = ? ORDER BY id", person_id)
    if not members:
        told = get_meta(reader, "memberships", "[]")
        return tuple(msgspec.json.decode(told, type=list[MembershipCard]))
    cards = []
    for member in members:
        organisation = reader.get(Organisation, member.organisation_id)
        if organisation is None:
            continue
        grants = reader.records(ModuleGrant, "WHERE organisation_id = ?", member.organisation_id)
        cards.append(
            MembershipCard(
                organisation_id=organisation.id,
                organisation_code=organisation.code,
                organisation_name=organisation.name,
                organisation_kind=organisation.kind,
                role=member.role.value,
                modules=[module.value for module in Module if has_module(grants, organisation.id, module, day)],
            )
        )
    return tuple(sorted(cards, key=lambda card: (card.organisation_name, card.role)))
