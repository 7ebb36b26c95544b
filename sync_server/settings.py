"""Every setting of the server, declared once: name, default, unit and what it is for.

A setting comes from the environment (`ORDER_TRACK_…`), else from `order-track.toml` in the working folder or in the
data folder (`database_url = "…"`), else from its default.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import platformdirs

from shared_models.kernel.errors import DomainError

PREFIX = "ORDER_TRACK_"
FILE_NAME = "order-track.toml"


class Option(NamedTuple):
    """One setting: its field in `Settings`, its default as text and its help."""

    name: str
    default: str
    help: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.name.upper()


OPTIONS: tuple[Option, ...] = (
    Option(
        "data_dir",
        "",
        "Folder of the database, the secrets and the logs; by default the system's own for data.",
    ),
    Option(
        "database_url",
        "",
        "SQLAlchemy URL; by default a SQLite file in the data folder, postgresql+psycopg://… for PostgreSQL.",
    ),
    Option("listen", "127.0.0.1:8642", "Host and port to answer on; port 0 takes a free one."),
    Option("smtp_url", "", "smtp://user:pass@host:port or smtps://…; while unset, mail waits in the outbox."),
    Option("mail_from", "Order-Track <no-reply@localhost>", "Sender of every mail."),
    Option("public_url", "", "Where people reach this server from outside; for the links in mails."),
    Option(
        "secret_file",
        "",
        "File with the key that signs links; by default link-signing.key in the data folder.",
    ),
    Option("workers", "1", "Number of server processes that answer requests."),
)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one run, every default filled in."""

    data_dir: Path
    database_url: str
    host: str = "127.0.0.1"
    port: int = 8642
    """0 means any free port."""
    smtp_url: str = ""
    """Empty while no mail server is known: mail waits in the outbox."""
    mail_from: str = "Order-Track <no-reply@localhost>"
    public_url: str = "http://127.0.0.1:8642"
    """Without a slash at the end."""
    secret_file: Path
    workers: int = 1


def read_settings(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """The settings from the environment and `order-track.toml`.

    Raises `DomainError`: `settings_unreadable` for a broken file or an unknown name in it, `setting_wrong` for a
    value that cannot be.
    """
    environment = os.environ if environment is None else environment
    here = _file_values((Path.cwd() if folder is None else folder) / FILE_NAME)
    data_dir = Path(_value("data_dir", environment, here) or platformdirs.user_data_dir("order-track-server"))
    values = {**_file_values(data_dir / FILE_NAME), **here}
    text = {option.name: _value(option.name, environment, values) for option in OPTIONS}
    host, port = _listen(text["listen"])
    return Settings(
        data_dir=data_dir,
        database_url=text["database_url"] or f"sqlite:///{data_dir / 'order-track.db'}",
        host=host,
        port=port,
        smtp_url=text["smtp_url"],
        mail_from=text["mail_from"],
        public_url=(text["public_url"] or f"http://{host}:{port}").rstrip("/"),
        secret_file=Path(text["secret_file"] or data_dir / "link-signing.key"),
        workers=_whole_number("workers", text["workers"], least=1, most=64),
    )


def _value(name: str, environment: Mapping[str, str], values: Mapping[str, Any]) -> str:
    option = next(option for option in OPTIONS if option.name == name)
    return environment.get(option.variable) or str(values.get(name, option.default))


def _file_values(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DomainError("settings_unreadable", f"{path} cannot be read: {error}.") from None
    unknown = sorted(values.keys() - {option.name for option in OPTIONS})
    if unknown:
        known = ", ".join(option.name for option in OPTIONS)
        raise DomainError(
            "settings_unreadable", f"{path} names “{unknown[0]}”, which is no setting; there are: {known}."
        )
    return values


def _listen(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host.strip("[]") or "127.0.0.1", _whole_number("listen", port, least=0, most=65535)


def _whole_number(name: str, text: str, *, least: int, most: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise DomainError(
            "setting_wrong",
            f"{PREFIX}{name.upper()} needs a whole number from {least} to {most}, not “{text}”.",
        )
    return int(text)
