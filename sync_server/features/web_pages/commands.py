"""The command `link` of `order-track-server`: which links a request has, a new one, none any more, another key."""

from datetime import datetime

import click
import msgspec
from sqlalchemy import Connection

from shared_models.accounts.records import Organisation
from shared_models.kernel.errors import DomainError
from shared_models.sample_orders.records import SampleRequest
from sync_server.features.mail.signed_links import HOLDS, PURPOSES, Purpose, links_of, revoke_links
from sync_server.features.mail.wording import address_or_none
from sync_server.features.sync.records import ServerRecords
from sync_server.features.web_pages.link_desk import LinkDesk, newest_recipient
from sync_server.foundation.command_line import CommandContext, json_option, pass_context, show
from sync_server.foundation.secret_file import change_secret


class LinkRow(msgspec.Struct, frozen=True, kw_only=True):
    """One link of a request, without what would open it."""

    purpose: str
    recipient: str
    issued_at: datetime
    ends_at: datetime
    revoked_at: datetime | None


@click.group()
def link() -> None:
    """The links in mails by which people without an account see or answer a sample request."""


@link.command("list")
@click.argument("number")
@json_option
@pass_context
def link_list(context: CommandContext, number: str, as_json: bool) -> None:
    """The links of request NUMBER (such as KRA-1042), newest first."""
    with context.database.reading() as connection:
        request = _request(connection, number)
        rows = [
            LinkRow(
                purpose=one.purpose,
                recipient=one.recipient,
                issued_at=one.issued_at,
                ends_at=one.ends_at,
                revoked_at=one.revoked_at,
            )
            for one in links_of(connection, request.id)
        ]
    show(rows, ["purpose", "recipient", "issued_at", "ends_at", "revoked_at"], as_json=as_json, nothing="no link")


@link.command("send")
@click.argument("number")
@click.option("--purpose", type=click.Choice(PURPOSES), default="confirm", show_default=True)
@click.option("--to", "recipient", default="", help="Another address than the one that had it before.")
@pass_context
def link_send(context: CommandContext, number: str, purpose: Purpose, recipient: str) -> None:
    """Send a new link for request NUMBER by mail: the old one is lost, its time over, or the key was lost."""
    desk = LinkDesk(context.settings, context.database, context.clock, ())
    now = context.clock.now()

    def unit(connection: Connection) -> str:
        request = _request(connection, number)
        house = ServerRecords(connection).need(Organisation, request.distributor_id)
        if purpose == "confirm" and house.takes_part:
            raise DomainError("takes_part", f"{house.name} takes part in Order-Track and confirms there.")
        fallback = house.email if purpose == "confirm" else ""
        wanted = recipient or newest_recipient(connection, request.id, purpose) or fallback
        address = address_or_none(wanted)
        if address is None:
            raise DomainError("address_wrong", f"“{wanted}” is no mail address; name one with --to.")
        desk.write_new(connection, request.id, purpose, address, now.isoformat())
        return address

    print(f"A new link for {number} goes to {context.database.write_unit(unit)}.")


@link.command("revoke")
@click.argument("number")
@pass_context
def link_revoke(context: CommandContext, number: str) -> None:
    """No link of request NUMBER leads anywhere any more."""
    now = context.clock.now()
    count = context.database.write_unit(
        lambda connection: revoke_links(connection, _request(connection, number).id, now)
    )
    print(f"{count} {'link' if count == 1 else 'links'} of {number} withdrawn.")


@link.command("change-key")
@click.option("--forget-old", is_flag=True, help="The old key is in wrong hands: links that it signed hold no longer.")
@pass_context
def link_change_key(context: CommandContext, forget_old: bool) -> None:
    """Sign with a new key from now on; links signed before hold until their time is over."""
    file = context.settings.secret_file
    try:
        if forget_old:
            file.unlink(missing_ok=True)
        else:
            change_secret(file, context.clock.now(), known_for=HOLDS)
    except OSError as error:
        raise DomainError("secret_away", f"{file} cannot be changed: {error.strerror}. Nothing was changed.") from None
    print(
        "A new key is made with the next link; every old link is refused now. Send those that are needed again."
        if forget_old
        else f"Links are signed with a new key; older ones hold for up to {HOLDS.days} days."
    )
    print("Browsers sign in anew. Stations get new certificates with their next sign-in.")


def _request(connection: Connection, number: str) -> SampleRequest:
    found = ServerRecords(connection).find(SampleRequest, number=number.strip().upper())
    if not found:
        raise DomainError("not_found", f"There is no sample request {number}.")
    return found[0]
