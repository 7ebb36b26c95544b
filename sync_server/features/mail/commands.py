"""The command `mail` of `order-track-server`: what waits, what left, what could not, and a push for what is stuck."""

from pathlib import Path

import click
import msgspec

from shared_models.kernel.errors import DomainError
from sync_server.features.mail import queries
from sync_server.features.mail.export import export_mail
from sync_server.features.mail.messages import message_of, sender_of
from sync_server.features.mail.sending import MailSender, drawn_attachments, drop_held, release_held, retry_mail
from sync_server.features.mail.wording import address_or_none
from sync_server.foundation.command_line import CommandContext, json_option, pass_context, show

_SHOWN = ("id", "state", "kind", "recipient", "subject", "attempts", "last_error")


@click.group()
def mail() -> None:
    """The outbox: mails are written with what they speak of, and leave once a mail server takes them."""


@mail.command("list")
@click.option("--state", type=click.Choice(queries.STATES), default=None, help="Only those in this state.")
@click.option("--limit", type=click.IntRange(1), default=200, show_default=True, help="The newest so many.")
@json_option
@pass_context
def list_command(context: CommandContext, state: str | None, limit: int, as_json: bool) -> None:
    """All mails in the order in which they were written."""
    with context.database.reading() as connection:
        mails = queries.list_mail(connection, state=state or "", limit=limit)
    show(mails, _SHOWN, as_json=as_json, nothing="no mail")


@mail.command()
@json_option
@pass_context
def status(context: CommandContext, as_json: bool) -> None:
    """How many mails wait, left or could not, and whether there is a mail server to give them to."""
    with context.database.reading() as connection:
        found = queries.mail_status(connection, context.settings)
    if as_json:
        print(msgspec.json.encode(found).decode())
        return
    print(found.sentence)
    print(", ".join(f"{count} {state}" for state, count in found.counts.items()))
    if found.oldest_waiting_at is not None:
        print(f"The oldest one that waits was written at {found.oldest_waiting_at:%Y-%m-%d %H:%M} UTC.")


@mail.command("show")
@click.argument("mail_id", metavar="ID")
@json_option
@pass_context
def show_command(context: CommandContext, mail_id: str, as_json: bool) -> None:
    """One mail with its text."""
    with context.database.reading() as connection:
        found = queries.find_mail(connection, mail_id)
    if found is None:
        raise DomainError("not_found", f"There is no mail {mail_id} in the outbox.", id=mail_id)
    attachments = drawn_attachments(context.database, mail_id)
    if as_json:
        files = [{"name": one.name, "media_type": one.media_type, "bytes": len(one.content)} for one in attachments]
        print(msgspec.json.encode({**msgspec.to_builtins(found), "attachments": files}).decode())
        return
    message = message_of(found, (), sender_of(context.settings.mail_from))
    for header in ("From", "To", "Reply-To", "Subject", "Date", "Message-ID"):
        if message[header]:
            print(f"{header}: {message[header]}")
    tries = "1 try" if found.attempts == 1 else f"{found.attempts} tries"
    print(f"State: {found.state} after {tries}{f' ({found.last_error})' if found.last_error else ''}")
    for one in attachments:
        print(f"Attached: {one.name}, {len(one.content):,} bytes")
    print()
    print(found.body, end="")


@mail.command()
@click.argument("mail_id", metavar="ID")
@click.option("--to", "recipient", default=None, help="Send it to this address instead.")
@pass_context
def retry(context: CommandContext, mail_id: str, recipient: str | None) -> None:
    """Queue an undeliverable or waiting mail again, with the same Message-ID."""
    address = None if recipient is None else address_or_none(recipient)
    if recipient is not None and address is None:
        raise DomainError("address_wrong", f"“{recipient}” is no mail address.")
    now = context.clock.now()
    context.database.write_unit(lambda connection: retry_mail(connection, mail_id, now, recipient=address))
    print(f"queued {mail_id}")


@mail.command()
@click.option("--as-sent", is_flag=True, help="Do not send them: they are known to have left.")
@pass_context
def release(context: CommandContext, as_sent: bool) -> None:
    """Let the mails go that are held since a restore, after a look at “mail list --state held”.

    A single one goes with “mail retry ID”.
    """
    now = context.clock.now()
    count = context.database.write_unit(
        lambda connection: drop_held(connection) if as_sent else release_held(connection, now)
    )
    print(f"{count} {'noted as sent' if as_sent else 'queued'}")


@mail.command("send-now")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_context
def send_now(context: CommandContext, as_json: bool) -> None:
    """Try everything that waits once, also what was put off until later."""
    report = MailSender(context.database, context.settings, context.clock).send_pass(put_off_too=True)
    if as_json:
        print(msgspec.json.encode(report._asdict()).decode())
        return
    print(f"{report.sent} sent, {report.put_off} put off, {report.undeliverable} undeliverable")
    if report.note:
        print(report.note)


@mail.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--state", type=click.Choice(queries.STATES), default=None, help="Only those in this state.")
@json_option
@pass_context
def export(context: CommandContext, folder: Path, state: str | None, as_json: bool) -> None:
    """Write each mail into DIR as an .eml file that any mail program opens."""
    written = export_mail(context.database, context.settings, folder, state=state or "")
    show([{"file": path.name} for path in written], ("file",), as_json=as_json, nothing="no mail")
