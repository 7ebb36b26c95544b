"""How connections are taken, before anything is said on them."""

import asyncio
import socket

from sync_server.serve import listening_socket


async def delays_small_answers(listening: socket.socket) -> bool:
    """Whether a connection that the event loop takes on this socket holds small writes back (Nagle's algorithm)."""
    taken: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def take(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        options = writer.get_extra_info("socket")
        taken.set_result(not options.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(take, sock=listening):
        _, writer = await asyncio.open_connection(*listening.getsockname())
        delays = await taken
        writer.close()
        await writer.wait_closed()
    return delays


def test_an_answer_never_waits_for_the_acknowledgement_of_its_headers() -> None:
    assert not asyncio.run(delays_small_answers(listening_socket("127.0.0.1", 0)))
