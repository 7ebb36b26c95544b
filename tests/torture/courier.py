"""A station's sending side alone: operations wait until the server has answered for each, through whatever happens."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import msgspec
import requests

from shared_models.accounts.records import Organisation, Person
from shared_models.designers.operations import AddDesigner, DesignerCard
from shared_models.kernel.ids import CopyId, DesignerId, LoanId, ReturnId, new_id
from shared_models.kernel.operation import Operation
from shared_models.library.operations import CheckOutCopy, ReturnCopy
from shared_models.sync.operation_codec import encode
from shared_models.sync.wire import OperationEnvelope, Outcome, PushAnswer, PushRequest, SignInAnswer
from tests.builders.server import PASSWORD, SmallWorld

DUE = date(2027, 1, 15)
_LARGEST_BATCH = 12
_PAUSE_SECONDS = 0.05
_ANSWER_SECONDS = 20


@dataclass
class Courier:
    """One person at one station; `urls` are taken in turn whenever one does not answer well."""

    urls: list[str]
    world: SmallWorld
    person: Person
    house: Organisation
    chance: random.Random
    made: dict[str, Operation] = field(default_factory=dict)
    """Every operation by its id, in the order in which they were made."""
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    """What the server answered for, acknowledged."""
    faults: list[str] = field(default_factory=list)
    troubles: int = 0
    """How many requests got no good answer."""
    _envelopes: dict[str, OperationEnvelope] = field(default_factory=dict)
    _http: requests.Session = field(default_factory=requests.Session)

    def sign_in(self) -> None:
        """Register the station; the server must be there."""
        body = {"email": self.person.email, "password": PASSWORD, "station_name": "courier"}
        answer = requests.post(self.urls[0] + "/v1/sign-in", json=body, timeout=_ANSWER_SECONDS)
        assert answer.status_code == 200, answer.text
        token = msgspec.json.decode(answer.content, type=SignInAnswer).token
        self._http.headers.update({"authorization": f"Bearer {token}", "content-type": "application/json"})

    def make(self, operation: Operation) -> None:
        """Do something; it waits to be sent."""
        key = new_id()
        self.made[key] = operation
        self._envelopes[key] = OperationEnvelope(
            id=key,
            name=type(operation).__name__,
            version=operation.VERSION,
            payload=msgspec.Raw(encode(operation)),
            made_at=datetime.now(UTC),
            organisation_id=self.house.id,
            station_seq=len(self.made),
            lane=operation.lane(),
        )

    def make_some(self) -> None:
        """What a desk does in a moment."""
        for _ in range(self.chance.randint(1, _LARGEST_BATCH)):
            self.make(self._by_chance())

    def send(self) -> bool:
        """Send what waits, now and then together with what was answered long ago; True when it was answered."""
        waiting = [key for key in self._envelopes if key not in self.outcomes][: 2 * _LARGEST_BATCH]
        if self.outcomes and self.chance.random() < 0.1:
            waiting = [self.chance.choice(list(self.outcomes)), *waiting]
        batch = [self._envelopes[key] for key in waiting]
        request = PushRequest(station_clock=datetime.now(UTC), operations=batch)
        try:
            answer = self._http.post(
                self.urls[0] + "/v1/operations", data=msgspec.json.encode(request), timeout=_ANSWER_SECONDS
            )
            good = answer.status_code == 200
            outcomes = msgspec.json.decode(answer.content, type=PushAnswer).outcomes if good else []
        except (requests.RequestException, msgspec.MsgspecError):
            good, outcomes = False, []
        else:
            if not good and answer.status_code not in (429, 503):
                self.faults.append(f"the server answered {answer.status_code}: {answer.text[:200]}")
        if not good:
            self.troubles += 1
            self.urls.append(self.urls.pop(0))
        for outcome in outcomes:
            self._take(outcome)
        return good

    def work(self, stop: threading.Event, told: Callable[[], None] = lambda: None) -> None:
        """Make and send until told to stop; `told` is called after every good answer."""
        while not stop.is_set():
            if len(self.made) - len(self.outcomes) < _LARGEST_BATCH:
                self.make_some()
            if self.send():
                told()
            else:
                stop.wait(_PAUSE_SECONDS)

    def send_all(self) -> None:
        """Until everything is answered for; gives up after many tries."""
        for _ in range(200):
            if len(self.outcomes) == len(self.made):
                return
            if not self.send():
                threading.Event().wait(_PAUSE_SECONDS)
        self.faults.append(f"{len(self.made) - len(self.outcomes)} operations were never answered for")

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _take(self, outcome: Outcome) -> None:
        if outcome.result == "retry":
            return
        former = self.outcomes.setdefault(outcome.operation_id, outcome)
        if (former.result, former.code) != (outcome.result, outcome.code):
            self.faults.append(f"{outcome.operation_id} was {former.result} and is {outcome.result} now")

    def _by_chance(self) -> Operation:
        copy = CopyId(self.chance.choice(self.world.copies).id)
        kind = self.chance.choices(("lend", "return", "add"), (5, 3, 2))[0]
        if kind == "lend":
            designer = DesignerId(self.world.designer.id)
            return CheckOutCopy(loan_id=LoanId(new_id()), copy_id=copy, designer_id=designer, due_on=DUE)
        if kind == "return":
            return ReturnCopy(return_id=ReturnId(new_id()), copy_id=copy)
        name = f"Visitor {self.chance.getrandbits(40):010x}"
        return AddDesigner(designer_id=DesignerId(new_id()), card=DesignerCard(name=name))
