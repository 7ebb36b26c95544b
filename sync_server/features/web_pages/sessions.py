"""Who is signed in in a browser: a cookie that holds for half an hour of quiet and twelve hours in all.

The cookie holds a random secret and its time, signed. The token that it stands for is drawn from that secret with the
server's own, so that nobody can take it out of a cookie and go on with it elsewhere; it ends like any station's.
"""

import hmac
import secrets
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple

from itsdangerous import BadData, URLSafeTimedSerializer
from litestar.datastructures import Cookie
from sqlalchemy import Connection

from sync_server.features.accounts.sign_in import Door, recognise
from sync_server.features.accounts.stations import browser_of
from sync_server.features.accounts.tokens import end_token, issue_token
from sync_server.foundation.caller import Authenticate, Caller, NotSignedIn
from sync_server.foundation.refusals import StorageUnavailable
from sync_server.foundation.secret_file import SecretFile
from sync_server.foundation.timed_signatures import timed_serializer
from sync_server.settings import Settings

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
COOKIE = "order_track_session"
VISIT = "order_track_visit"
"""Before anybody is signed in: what the form of the sign-in must fit to."""


class Session(NamedTuple):
    """Somebody who is signed in."""

    caller: Caller
    secret: str
    csrf: str
    """What every form of this session must carry."""


class Sessions:
    """Begins, recognises and ends sessions."""

    def __init__(self, settings: Settings, door: Door, authenticate: Authenticate) -> None:
        """`door` is that of all programs; `authenticate` knows tokens."""
        self._door = door
        self._authenticate = authenticate
        self._secrets = SecretFile(settings.secret_file)
        self._is_https = settings.public_url.startswith("https://")

    def begin(self, email: str, password: str, address: str) -> str:
        """The secret of a new session. Raises as `sign_in`."""
        person = recognise(self._door, email, password, address)
        secret, now = secrets.token_urlsafe(32), self._door.clock.now()
        token = self._drawn("token", secret)

        def unit(connection: Connection) -> None:
            station_id = browser_of(connection, person.id, now)
            issue_token(
                connection,
                station_id=station_id,
                person_id=person.id,
                now=now,
                proposed=token,
                valid_for=LONGEST,
            )

        self._door.database.write_unit(unit)
        return secret

    def recognise(self, cookie: str | None) -> Session:
        """Who sends this cookie. Raises `NotSignedIn`."""
        if not cookie:
            raise NotSignedIn("token_missing", "Please sign in.")
        try:
            secret = str(self._serializer().loads(cookie, max_age=int(IDLE.total_seconds())))
        except BadData:
            raise NotSignedIn("token_expired", "You were signed out after half an hour without a click.") from None
        try:
            caller = self._authenticate(self._drawn("token", secret))
        except NotSignedIn as refusal:
            raise NotSignedIn(refusal.code, "You were signed out. Please sign in again.") from None
        return Session(caller, secret, self._drawn("csrf", secret))

    def end(self, session: Session) -> None:
        """Its cookie opens nothing any more."""
        now = self._door.clock.now()
        self._door.database.write_unit(lambda connection: end_token(connection, session.caller.token_id, now))

    def cookie(self, secret: str) -> Cookie:
        """What the browser keeps; given anew with each page, so that the quiet is counted from the last one."""
        return self._cookie(COOKIE, self._serializer().dumps(secret), int(LONGEST.total_seconds()))

    def no_cookie(self) -> Cookie:
        """Takes it away."""
        return self._cookie(COOKIE, "", 0)

    def visit_cookie(self, visit: str) -> Cookie:
        """For somebody who is about to sign in."""
        return self._cookie(VISIT, visit, 3600)

    def csrf_of_visit(self, visit: str) -> str:
        """What the form of the sign-in must carry."""
        return self._drawn("visit", visit)

    def fits(self, given: str, wanted: str) -> bool:
        """Whether a form carries what it must, compared in one time."""
        return hmac.compare_digest(given.encode(), wanted.encode())

    def _cookie(self, name: str, value: str, seconds: int) -> Cookie:
        return Cookie(
            key=name, value=value, max_age=seconds, path="/web", httponly=True, samesite="lax", secure=self._is_https
        )

    def _drawn(self, purpose: str, secret: str) -> str:
        return hmac.new(self._key(), f"order-track web {purpose} 1:{secret}".encode(), sha256).hexdigest()

    def _serializer(self) -> URLSafeTimedSerializer:
        return timed_serializer([self._key()], "web session", self._door.clock.now())

    def _key(self) -> bytes:
        try:
            return self._secrets.newest()
        except OSError:
            raise StorageUnavailable("secret_away", "Nobody can sign in by browser right now; try later.", 60) from None
