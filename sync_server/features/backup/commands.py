"""The commands `backup` and `restore` of `order-track-server`."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, cast

import click

from shared_models.kernel.errors import DomainError
from sync_server.features.backup.archive import is_backup
from sync_server.features.backup.saving import Checked, check, save
from sync_server.features.backup.sealing import Secret, secret_from_file, write_new_key
from sync_server.foundation.command_line import CommandContext, pass_context

_FILE = click.Path(dir_okay=False, path_type=Path)
_key_file = click.option("--key-file", type=_FILE, default=None, help="Encrypt with, or open by, this key file.")
_passphrase_file = click.option(
    "--passphrase-file", type=_FILE, default=None, help="… by the passphrase that stands in this file."
)


@click.command()
@click.argument("file", metavar="FILE|-")
@click.option("--verify", is_flag=True, help="Read FILE to its end and say whether it is whole; needs no database.")
@click.option("--new-key", is_flag=True, help="Write a new key file to FILE instead; keep it away from the backups.")
@_key_file
@_passphrase_file
@pass_context
def backup(
    context: CommandContext, file: str, verify: bool, new_key: bool, key_file: Path | None, passphrase_file: Path | None
) -> None:
    """Save the whole database to FILE (- for standard output) while the server goes on serving.

    The file holds everything: passwords only as hashes, but names, mails and prices in clear, and the key that signs
    the links of mails. Encrypt it with --key-file or --passphrase-file when it leaves this machine. The same file is
    restored into SQLite or PostgreSQL. It is read back and checked before it takes the place of an older one.
    """
    if new_key:
        write_new_key(Path(file))
        click.echo(f"key written to {file}; without it no archive that it encrypts can ever be read")
        return
    secret = _secret(key_file, passphrase_file)
    if verify:
        with _opened(Path(file)) as source:
            _say(check(source, secret), "whole")
        return
    if file == "-":
        _save(context, cast(BinaryIO, sys.stdout.buffer), secret)
        return
    _save_to(context, Path(file), secret)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--replace", is_flag=True, help="Set the database that is there aside, and take the backup instead.")
@click.option(
    "--mail",
    type=click.Choice(["hold", "send"]),
    default="hold",
    show_default=True,
    help="Mail that waited: hold it, for it may have left since; or send it, when the server was stopped before.",
)
@_key_file
@_passphrase_file
@pass_context
def restore(
    context: CommandContext,
    file: Path,
    replace: bool,
    mail: str,
    key_file: Path | None,
    passphrase_file: Path | None,
) -> None:
    """Bring the backup in FILE back; stop the server first.

    The whole file is checked before anything is touched, and what was loaded is compared with it afterwards. A new
    history begins: every station notices, fetches afresh, and offers what it did in the last 30 days again.
    """
    from sync_server.features.backup.restoring import restore as bring_back

    secret = _secret(key_file, passphrase_file)
    with _opened(file) as source:
        done = bring_back(
            context.settings.database_url,
            source,
            secret=secret,
            now=context.clock.now(),
            link_key=context.settings.secret_file,
            replace=replace,
            hold_mail=mail == "hold",
        )
    _say(done.checked, "restored")
    click.echo(f"history {done.history_id} begins; stations fetch afresh and offer their last 30 days again")
    if done.held_mails:
        click.echo(
            f"{done.held_mails} mails that waited are held, for they may have left since: see “mail list --state held”"
        )
    if done.set_aside:
        click.echo(f"the former database was kept: {done.set_aside}")
    if done.link_key == "kept":
        click.echo(f"{context.settings.secret_file} is another key than the backup's and was kept", err=True)
    click.echo(
        f"Whatever commands changed after {done.checked.head.taken_at:%Y-%m-%d %H:%M} UTC is gone: people, modules, "
        "lines, and stations that were revoked since. Do it again before you start the server.",
        err=True,
    )


def _secret(key_file: Path | None, passphrase_file: Path | None) -> Secret | None:
    if key_file and passphrase_file:
        raise click.UsageError("Give --key-file or --passphrase-file, not both.")
    if key_file:
        return secret_from_file(key_file, "key")
    return secret_from_file(passphrase_file, "passphrase") if passphrase_file else None


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        raise DomainError("file_unreadable", f"{file} cannot be read: {error.strerror}.") from None


def _save(context: CommandContext, target: BinaryIO, secret: Secret | None) -> None:
    save(
        context.database,
        target,
        program=version("order-track"),
        now=context.clock.now(),
        secret=secret,
        link_key=context.settings.secret_file,
    )
    target.flush()


def _save_to(context: CommandContext, file: Path, secret: Secret | None) -> None:
    """Under another name first: nobody ever finds half a backup, and an older one stays until this one is proven."""
    _require_replaceable(file)
    unfinished = file.with_name(file.name + ".part")
    try:
        with open(unfinished, "w+b", opener=_private) as target:
            _save(context, target, secret)
            os.fsync(target.fileno())
            target.seek(0)
            checked = check(target, secret)
        os.replace(unfinished, file)
    except OSError as error:
        raise DomainError(
            "file_not_writable", f"{file} cannot be written: {error.strerror}. No backup was made."
        ) from None
    finally:
        unfinished.unlink(missing_ok=True)
    _say(checked, f"saved to {file}, {file.stat().st_size:,} bytes,")
    if secret is None:
        click.echo("The file is not encrypted: whoever has it can read everything in it.", err=True)


def _require_replaceable(file: Path) -> None:
    if not file.exists():
        return
    with _opened(file) as there:
        if not is_backup(there.read(200)):
            raise DomainError("file_not_writable", f"{file} is there and is no backup; it was not touched.")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _say(checked: Checked, what: str) -> None:
    head = checked.head
    click.echo(
        f"{what} and checked: {checked.rows:,} rows in {len(head.tables)} tables, as of "
        f"{head.taken_at:%Y-%m-%d %H:%M} UTC from {head.database}, history {head.history_id}"
    )
    for sentence in checked.differences:
        click.echo(sentence, err=True)
