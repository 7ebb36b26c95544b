"""A mail before it is in the outbox, and its words from the templates in `resources/mail_templates`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sync_server.features.mail.request_document import RequestDocument
from sync_server.features.mail.wording import counted, day, one_line

TEMPLATES = Path(__file__).resolve().parents[3] / "resources" / "mail_templates"


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a mail says and to whom. `recipient` and `reply_to` are plain addresses."""

    kind: str
    """What sort of mail it is: `sample_request`, `acknowledgement`."""
    dedupe_key: str
    """The same occasion and recipient have the same key: it is written once, however often it is put."""
    organisation_id: str
    """Whose business it is."""
    about_id: str
    """The record it speaks of."""
    recipient: str
    recipient_name: str = ""
    reply_to: str = ""
    reply_to_name: str = ""
    subject: str
    body: str
    request_document: RequestDocument | None = None
    """What the attached PDF shows."""


def write(template: str, values: Mapping[str, object]) -> tuple[str, str]:
    """Subject and body of a template. Its first line is `Subject: …`; a name that it misses is an error of ours."""
    text = _templates().get_template(f"{template}.txt").render(values)
    first, _, body = text.partition("\n")
    return one_line(first.removeprefix("Subject:")), _single_gaps(body)


def _single_gaps(text: str) -> str:
    """Without blanks at line ends, doubled empty lines, or empty lines at the edges; one line break at the end."""
    lines: list[str] = []
    for line in (line.rstrip() for line in text.splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).rstrip() + "\n"


@cache
def _templates() -> Environment:
    """Plain text: nothing is escaped, values are cleaned to one line each before they come here."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"day": day, "counted": counted}
    return environment
