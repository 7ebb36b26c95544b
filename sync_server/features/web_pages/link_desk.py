"""Who comes by a signed link: where it leads, what is said through it, and how a new one is had."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal, NamedTuple

from sqlalchemy import Connection

from shared_models.accounts.records import Organisation
from shared_models.kernel.clock import Clock
from shared_models.kernel.errors import DomainError
from shared_models.sample_orders.records import RequestLine, SampleRequest
from sync_server.features.mail.letters import Letter, write
from sync_server.features.mail.outbox import Outbox
from sync_server.features.mail.signed_links import HOLDS, LinkSigner, Purpose, SignedLink, find_link, links_of, new_link
from sync_server.features.mail.wording import address_or_none, one_line
from sync_server.features.sync.reactions import Reaction
from sync_server.features.sync.records import ServerRecords
from sync_server.features.web_pages.link_answers import LinkAnswer, answered_at, read_answer, settle_answer
from sync_server.features.web_pages.pace import Pace
from sync_server.features.web_pages.request_words import RequestWords, instant_words, words_of
from sync_server.foundation.database import Database
from sync_server.foundation.refusals import StorageUnavailable
from sync_server.settings import Settings

Standing = Literal["open", "over", "withdrawn"]


class Arrived(NamedTuple):
    """Where a link leads."""

    link: SignedLink
    standing: Standing
    words: RequestWords
    may_answer: bool
    """Whether its holder may say what becomes of the lines."""
    takes_part: bool


class LinkDesk:
    """What the pages behind signed links ask and do."""

    def __init__(self, settings: Settings, database: Database, clock: Clock, reactions: Sequence[Reaction]) -> None:
        """`reactions` are those of every operation: an answer by link is one like any other."""
        self._database = database
        self._clock = clock
        self._reactions = reactions
        self._signer = LinkSigner.of(settings)
        self._outbox = Outbox(settings.mail_from)
        self._misses = Pace(clock, 20, timedelta(minutes=10))
        self._looks = Pace(clock, 60, timedelta(minutes=1))
        self._answers = Pace(clock, 12, timedelta(minutes=1))
        self._wishes = Pace(clock, 3, timedelta(hours=1))

    def arrive(self, signed: str, address: str) -> Arrived:
        """Where the link leads. Changes nothing.

        Raises `DomainError("not_found")` for one that was never given out here, and `Refusal("too_many_attempts")`.
        """
        self._misses.require_free(address)
        self._looks.take(address)
        with self._database.reading() as connection:
            return self._arrive(connection, signed, address)

    def _arrive(self, connection: Connection, signed: str, address: str) -> Arrived:
        now = self._clock.now()
        try:
            read = self._signer.read(signed, now)
        except OSError:
            raise StorageUnavailable(
                "secret_away", "The server cannot check links right now. Nothing was stored; try again later.", 60
            ) from None
        link = find_link(connection, read.nonce) if read is not None else None
        records = ServerRecords(connection)
        request = records.get(SampleRequest, link.request_id) if link is not None else None
        if read is None or link is None or request is None or link.purpose != read.purpose:
            self._misses.count(address)
            raise DomainError(
                "not_found",
                "This link leads nowhere. Perhaps it was cut when it was copied: open it from the mail once more. If "
                "that does not help, ask whoever it came from for a new one.",
            )
        over = read.is_over or now >= link.ends_at
        standing: Standing = "withdrawn" if link.revoked_at is not None else "over" if over else "open"
        takes_part = records.need(Organisation, request.distributor_id).takes_part
        may_answer = link.purpose == "confirm" and standing == "open" and not takes_part
        return Arrived(link, standing, words_of(records, request), may_answer, takes_part)

    def taken_at(self, link: SignedLink, form: str) -> str:
        """When this form was taken, in words; empty when it was not."""
        with self._database.reading() as connection:
            at = answered_at(connection, link, form)
        return "" if at is None else instant_words(at)

    def answer(self, arrived: Arrived, fields: dict[str, str]) -> bool:
        """Take what the form says, once; gives whether it was new. Raises `DomainError` with why it cannot be taken."""
        link, form = arrived.link, fields.get("form", "")
        self._answers.take(link.nonce)
        if not arrived.may_answer:
            raise DomainError("role_missing", "Nothing can be answered by this link.")
        if not 8 <= len(form) <= 64:
            raise DomainError("malformed", "This page was not sent whole. Open the link again; nothing was stored.")

        def unit(connection: Connection) -> bool:
            # Two who send at once come one after the other, so that the second is told that it was done.
            there = find_link(connection, link.nonce, locked=True)
            if answered_at(connection, link, form) is not None:
                return False
            if there is None or there.revoked_at is not None:
                raise DomainError("role_missing", "This link was withdrawn.")
            request, said = self._read(connection, link, fields)
            settle_answer(connection, link, form, request, said, now=self._clock.now(), reactions=self._reactions)
            return True

        return self._database.write_unit(unit)

    def _read(
        self, connection: Connection, link: SignedLink, fields: dict[str, str]
    ) -> tuple[SampleRequest, LinkAnswer]:
        records = ServerRecords(connection)
        request = records.need(SampleRequest, link.request_id)
        lines = sorted(records.find(RequestLine, request_id=request.id), key=lambda line: line.position)
        if all(not words.still_open for words in words_of(records, request).lines):
            raise DomainError("line_settled", "Everything of this request is answered already; nothing was changed.")
        return request, read_answer(fields, lines)

    def ask_again(self, arrived: Arrived) -> None:
        """Send a new link to the address to which this one was written, at most one a day.

        Raises `DomainError("role_missing")` for a link that was withdrawn, and `Refusal("too_many_attempts")`.
        """
        link = arrived.link
        self._wishes.take(link.nonce)
        if arrived.standing != "over":
            raise DomainError("role_missing", "There is no need for a new link: this one holds, or was withdrawn.")
        day = self._clock.now().date()
        self._database.write_unit(
            lambda connection: self.write_new(connection, link.request_id, link.purpose, link.recipient, f"{day}")
        )

    def write_new(
        self, connection: Connection, request_id: str, purpose: Purpose, recipient: str, occasion: str
    ) -> str | None:
        """Put a mail with a new link into the outbox; gives its id, None when this occasion had one already."""
        now, records = self._clock.now(), ServerRecords(connection)
        request = records.need(SampleRequest, request_id)
        url = new_link(records, self._signer, purpose, request, recipient, now)
        if not url:
            raise StorageUnavailable("secret_away", "No link can be signed right now. Nothing was sent.", 60)
        letter = _letter(records, request, purpose, recipient, url, f"link:{request.id}:{recipient}:{occasion}")
        written = self._outbox.put(connection, letter, now=now)
        if written is not None:
            records.flush()
        return written


def _letter(
    records: ServerRecords, request: SampleRequest, purpose: Purpose, recipient: str, url: str, key: str
) -> Letter:
    showroom = records.need(Organisation, request.organisation_id)
    distributor = records.need(Organisation, request.distributor_id)
    answers = address_or_none(showroom.email) or ""
    subject, body = write(
        "new_link",
        {
            "number": request.number,
            "showroom": one_line(showroom.name),
            "distributor": one_line(distributor.name),
            "may_answer": purpose == "confirm",
            "url": url,
            "link_days": HOLDS.days,
            "answers_reach": one_line(showroom.name) if answers else "",
        },
    )
    return Letter(
        kind="new_link",
        dedupe_key=key,
        organisation_id=request.organisation_id,
        about_id=request.id,
        recipient=recipient,
        reply_to=answers,
        reply_to_name=showroom.name,
        subject=subject,
        body=body,
    )


def newest_recipient(connection: Connection, request_id: str, purpose: Purpose) -> str:
    """To whom the newest link of a request was written; empty when there is none."""
    return next((link.recipient for link in links_of(connection, request_id) if link.purpose == purpose), "")
