"""The composition root of the HTTP side: every part of the server is named and built here."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from litestar import Litestar
from litestar.config.app import AppConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from shared_models.kernel.clock import Clock, SystemClock
from shared_models.kernel.messages import make_ready
from sync_server.features.accounts import endpoints as accounts
from sync_server.features.accounts import station_endpoints
from sync_server.features.accounts.attempts import SignInAttempts
from sync_server.features.accounts.certificates import Certifier
from sync_server.features.accounts.discarded import refuse_discarded
from sync_server.features.accounts.gate import RememberingGate
from sync_server.features.accounts.late_work import tell_of_late_work
from sync_server.features.accounts.lobby import Lobby
from sync_server.features.accounts.revocation import holder_of_right
from sync_server.features.accounts.sign_in import Door
from sync_server.features.accounts.stations import LastSeen
from sync_server.features.feeds import endpoints as feeds
from sync_server.features.feeds import live_endpoints
from sync_server.features.feeds.letters import HeldMail
from sync_server.features.feeds.live import LiveDesk
from sync_server.features.feeds.runs import FeedDesk
from sync_server.features.inquiries import reactions as inquiries
from sync_server.features.mail.outbox import Outbox
from sync_server.features.picking import endpoints as picking
from sync_server.features.picking import reactions as picking_reactions
from sync_server.features.sample_orders import reactions as sample_orders
from sync_server.features.sync import endpoints as sync
from sync_server.features.sync import line_endpoints as line_files
from sync_server.features.sync.line_builder import LineBuilder
from sync_server.features.sync.line_chore import keeper_of
from sync_server.features.sync.notices import HEARTBEAT_SECONDS, Notices
from sync_server.features.sync.reactions import Reaction
from sync_server.features.sync.settler import Settler
from sync_server.features.web_pages import link_endpoints, session_endpoints, view_endpoints
from sync_server.features.web_pages.link_desk import LinkDesk
from sync_server.features.web_pages.rendering import page_file
from sync_server.features.web_pages.sessions import Sessions
from sync_server.foundation.caller import Authenticate, Caller
from sync_server.foundation.compression import packing
from sync_server.foundation.database import Database
from sync_server.foundation.docs_page import docs, openapi_json
from sync_server.foundation.errors import EXCEPTION_HANDLERS
from sync_server.foundation.fast_path import FastPath
from sync_server.foundation.signed_in import provide_caller
from sync_server.settings import Settings

LONGEST_BODY = 10 * 1024 * 1024
"""For routes that say nothing else; feeds allow more, sign-in much less."""


def reactions_of(settings: Settings) -> list[Reaction]:
    """What else happens when an operation lands, in this order."""
    return [
        refuse_discarded,
        *sample_orders.reactions(settings),
        *picking_reactions.reactions(settings),
        *inquiries.reactions(settings),
    ]


def handlers_of() -> list[Any]:
    """The routes of every feature."""
    return [
        *sync.HANDLERS,
        *line_files.HANDLERS,
        *accounts.HANDLERS,
        *station_endpoints.HANDLERS,
        *picking.HANDLERS,
        *feeds.HANDLERS,
        *live_endpoints.HANDLERS,
        *link_endpoints.HANDLERS,
        *session_endpoints.HANDLERS,
        *view_endpoints.HANDLERS,
        page_file,
        docs,
        openapi_json,
    ]


def create_app(
    settings: Settings,
    database: Database,
    *,
    clock: Clock | None = None,
    reactions: Sequence[Reaction] | None = None,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
) -> Litestar:
    """The application over an opened database; who made the database closes it."""
    make_ready()
    parts = parts_of(settings, database, clock or SystemClock(), reactions, heartbeat_seconds)
    app = Litestar(
        route_handlers=handlers_of(),
        dependencies={"caller": Provide(provide_caller, sync_to_thread=True)},
        exception_handlers=EXCEPTION_HANDLERS,
        middleware=[packing],
        state=State(parts),
        request_max_body_size=LONGEST_BODY,
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="Order-Track server",
            version=sync.program_version(),
            # Litestar answers every unknown path below this one with a page of its own, so it is not the root.
            path="/schema",
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        ),
        on_app_init=[_without_debug],
        on_shutdown=[parts["line_builder"].close, parts["lobby"].close],
    )
    app.asgi_handler = FastPath(app.asgi_handler, {"/v1/operations": sync.fast_push(app.state)})
    return app


def parts_of(
    settings: Settings,
    database: Database,
    clock: Clock,
    reactions: Sequence[Reaction] | None = None,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
) -> dict[str, Any]:
    """All that a running server remembers, by its name in the application's state, as it is right after a start."""
    chosen = reactions_of(settings) if reactions is None else list(reactions)
    gate = RememberingGate(database, clock)
    line_builder = LineBuilder(keeper_of(database, settings))
    database.on_moved.append(line_builder.moved)
    lobby = Lobby()
    door = Door(database, clock, SignInAttempts(clock), lobby, Certifier(settings.secret_file))
    return {
        "settings": settings,
        "database": database,
        "clock": clock,
        "reactions": chosen,
        "gate": gate,
        "authenticate": gate.authenticate,
        "settler": Settler(database, clock, gate, chosen),
        "authenticate_upload": _upload_authenticator(database, clock),
        "tell_of_late_work": tell_of_late_work,
        "door": door,
        "web_sessions": Sessions(settings, door, gate.authenticate),
        "last_seen": LastSeen(database),
        "feed_desk": FeedDesk(database, clock, on_held=HeldMail(Outbox(settings.mail_from), clock)),
        "live_desk": LiveDesk(database, clock),
        "link_desk": LinkDesk(settings, database, clock, chosen),
        "notices": Notices(database),
        "heartbeat_seconds": heartbeat_seconds,
        "snapshot_folder": Path(settings.data_dir) / "snapshots",
        "line_builder": line_builder,
        "lobby": lobby,
    }


def _without_debug(config: AppConfig) -> AppConfig:
    """Debug answers carry tracebacks; the environment shall not be able to switch them on."""
    config.debug = False
    return config


def _upload_authenticator(database: Database, clock: Clock) -> Authenticate:
    """For pushes only: what a station that was shut out sends with its last right."""

    def authenticate(right: str) -> Caller:
        with database.reading() as connection:
            return holder_of_right(connection, right, clock.now())

    return authenticate
