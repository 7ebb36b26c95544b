"""A client as it is often written: it sends, and when there is no good answer it gives up, or does it all anew."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import requests

from shared_models.designers.operations import AddDesigner, DesignerCard
from shared_models.kernel.ids import DesignerId, new_id
from shared_models.sync.operation_codec import encode
from shared_models.sync.wire import OperationEnvelope, PushRequest, SignInAnswer
from tests.builders.server import PASSWORD, SmallWorld


class NaiveClient:
    """Signed in over the good way, at work over the bad one."""

    def __init__(self, good_url: str, bad_url: str, world: SmallWorld) -> None:
        body = {"email": world.rep.email, "password": PASSWORD, "station_name": "naive"}
        answer = requests.post(good_url + "/v1/sign-in", json=body, timeout=20)
        token = msgspec.json.decode(answer.content, type=SignInAnswer).token
        self._url, self._organisation_id, self._seq = bad_url + "/v1/operations", world.showroom.id, 0
        self._http = requests.Session()
        self._http.headers.update({"authorization": f"Bearer {token}", "content-type": "application/json"})

    def add_designer(self, name: str, *, tries: int) -> None:
        """Send it until something answers 200, each time as a new operation, at most so often."""
        for _ in range(tries):
            self._seq += 1
            operation = AddDesigner(designer_id=DesignerId(new_id()), card=DesignerCard(name=name))
            envelope = OperationEnvelope(
                id=new_id(),
                name="AddDesigner",
                version=operation.VERSION,
                payload=msgspec.Raw(encode(operation)),
                made_at=datetime.now(UTC),
                organisation_id=self._organisation_id,
                station_seq=self._seq,
                lane=operation.lane(),
            )
            request = PushRequest(station_clock=datetime.now(UTC), operations=[envelope])
            try:
                answer = self._http.post(self._url, data=msgspec.json.encode(request), timeout=5)
            except requests.RequestException:
                continue
            if answer.status_code == 200:
                return

    def close(self) -> None:
        """Close the connection."""
        self._http.close()
