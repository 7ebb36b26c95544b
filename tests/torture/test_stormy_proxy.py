"""The stormy proxy ends without a word, whatever is under way; the tests' guard hears what asyncio says."""

import socket
from contextlib import ExitStack

from tests.torture.stormy_proxy import StormyProxy


def test_it_ends_quietly_while_connections_wait_for_a_request_and_for_an_answer() -> None:
    with ExitStack() as open_still:
        server = open_still.enter_context(socket.create_server(("127.0.0.1", 0)))
        with StormyProxy(server.getsockname()[1], seed=1) as proxy:
            proxy.is_calm = True
            _idle, half, asking = (
                open_still.enter_context(socket.create_connection(("127.0.0.1", proxy.port))) for _ in range(3)
            )
            half.sendall(b"POST / HTTP/1.1\r\nContent-Le")
            asking.sendall(b"GET / HTTP/1.1\r\n\r\n")
            open_still.enter_context(server.accept()[0])  # The proxy waits for its answer now.
        assert proxy.happened == {"passed": 1}
