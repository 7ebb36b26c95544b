"""A server database with a small world in it, whose people send orders and confirm lines."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

from shared_models.accounts.records import Membership, Organisation
from shared_models.kernel.clock import SettableClock
from shared_models.kernel.ids import ConfirmationId, LineId, OrderId, RequestId, new_id
from shared_models.kernel.operation import Operation
from shared_models.picking.operations import ConfirmedLine, ConfirmLines
from shared_models.picking.records import Outcome as LineOutcome
from shared_models.sample_orders.operations import OrderedItem, PlaceSampleOrder, RequestPart, ShipTo
from shared_models.sample_orders.records import SampleRequest
from shared_models.sync.operation_codec import encode
from shared_models.sync.registry import RECORD_KINDS
from shared_models.sync.wire import OperationEnvelope, Outcome
from sync_server.app import reactions_of
from sync_server.features.mail.queries import StoredMail, list_mail
from sync_server.features.mail.sending import MailSender, PassReport
from sync_server.features.sync.apply import settle
from sync_server.features.sync.records import ServerRecords
from sync_server.foundation.caller import Caller
from sync_server.foundation.database import Database
from sync_server.settings import Settings
from tests.shared_models.world import ANN, ATELIER, CLERK, KRAVEL, LOOMIS, NINE, PICKER, SHOWROOM, world

ADDRESSES = {
    KRAVEL: "samples@kravel.example",
    LOOMIS: "memos@loomis.example",
    ATELIER: "post@brandt.example",
    SHOWROOM: "desk@halden.example",
}
DECEMBER = date(2026, 12, 4)


def item(line: str, title: str = "Marlow Stripe, Ochre", *, quantity: int = 1, kind: str = "MEMO") -> OrderedItem:
    """One line to ask for."""
    return OrderedItem(line_id=LineId(line), item_no=f"01354.{line}", title=title, quantity=quantity, sample_type=kind)


def part(request: str, distributor: str, *items: OrderedItem) -> RequestPart:
    """What one distributor is asked for."""
    return RequestPart(request_id=RequestId(request), distributor_id=distributor, items=items)


def said(
    line: str,
    outcome: LineOutcome,
    quantity: int = 1,
    *,
    until: date | None = None,
    reason: str = "",
    replacement: str = "",
) -> ConfirmedLine:
    """What became of a quantity of a line."""
    return ConfirmedLine(
        line_id=LineId(line),
        outcome=outcome,
        quantity=quantity,
        until_on=until,
        reason=reason,
        replacement_item_no=replacement,
    )


@dataclass
class PostRoom:
    """One server with its clock; `settings` say which mail server it knows."""

    database: Database
    settings: Settings
    clock: SettableClock
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def furnish(self) -> None:
        """Store the world that the tests of `shared_models` use, with mail addresses."""
        known = world()
        with self.database.writing() as connection:
            records = ServerRecords(connection)
            for kind in RECORD_KINDS:
                for record in known.all(kind):
                    records.insert(record)
            for organisation_id, address in ADDRESSES.items():
                records.change(records.need(Organisation, organisation_id), email=address)

    def change_organisation(self, organisation_id: str, **values: object) -> None:
        """Write something else on an organisation's card."""
        with self.database.writing() as connection:
            records = ServerRecords(connection)
            records.change(records.need(Organisation, organisation_id), **values)

    def do(self, operation: Operation, *, by: str, of: str) -> Outcome:
        """Settle one operation as the server does, reactions and all."""
        number = next(self._numbers)
        now = self.clock.now()
        envelope = OperationEnvelope(
            id=new_id(),
            name=type(operation).__name__,
            version=operation.VERSION,
            payload=encode(operation),
            made_at=now,
            organisation_id=of,
            station_seq=number,
            lane=operation.lane(),
        )
        with self.database.reading() as connection:
            members = tuple(ServerRecords(connection).find(Membership, person_id=by))
        caller = Caller(person_id=by, person_name=by, station_id=f"station-{by}", token_id="token", memberships=members)
        reactions = reactions_of(self.settings)
        return self.database.write_unit(
            lambda connection: settle(connection, envelope, caller, station_clock=now, now=now, reactions=reactions)
        )

    def order(
        self,
        *parts: RequestPart,
        order: str = "o1",
        designer: str = ANN,
        sidemark: str = "Lake house",
        note: str = "",
        ship_to: ShipTo | None = None,
    ) -> Outcome:
        """Nora, the clerk, sends a basket."""
        operation = PlaceSampleOrder(
            order_id=OrderId(order),
            parts=parts,
            designer_id=designer,
            ship_to=ship_to
            or ShipTo(name="Abbott Interiors", address1="12 Quay St", city="Boston", state="MA", postal_code="02110"),
            ship_method="Second day",
            sidemark=sidemark,
            note=note,
        )
        return self.do(operation, by=CLERK, of=SHOWROOM)

    def confirm(
        self, *lines: ConfirmedLine, request: str = "r1", carrier: str = "UPS", tracking: str = "1Z999"
    ) -> Outcome:
        """Pia, Kravel's picker, says what became of some lines."""
        operation = ConfirmLines(
            confirmation_id=ConfirmationId(new_id()),
            request_id=RequestId(request),
            lines=lines,
            carrier=carrier,
            tracking_no=tracking,
        )
        return self.do(operation, by=PICKER, of=KRAVEL)

    def mails(self, *, to: str = "") -> list[StoredMail]:
        """What stands in the outbox, in the order in which it was written; or only what goes to one address."""
        with self.database.reading() as connection:
            found = list_mail(connection)
        return [mail for mail in found if not to or mail.recipient == to]

    def mail_to(self, address: str) -> StoredMail:
        """The newest mail to this address."""
        return self.mails(to=address)[-1]

    def request(self, key: str) -> SampleRequest:
        """The request as the server has it."""
        with self.database.reading() as connection:
            return ServerRecords(connection).need(SampleRequest, key)

    def sender(self) -> MailSender:
        """A worker's sender of its own."""
        return MailSender(self.database, self.settings, self.clock)

    def send(self, *, later: timedelta = timedelta(0)) -> PassReport:
        """One pass over the outbox, `later` from now on."""
        self.clock.advance(later)
        return self.sender().send_pass()


def settings_for(folder: Path, database_url: str, *, smtp_url: str = "") -> Settings:
    """A server's settings whose files are in `folder`."""
    return Settings(
        data_dir=folder,
        database_url=database_url,
        secret_file=folder / "key",
        smtp_url=smtp_url,
        mail_from="Order-Track <no-reply@samples.example>",
    )


def start_of_day() -> datetime:
    """When everything begins."""
    return NINE
