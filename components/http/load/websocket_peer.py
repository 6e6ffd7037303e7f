# SPDX-License-Identifier: Apache-2.0
"""Another WebSocket, that of Python's websockets (Debian: python3-websockets), for load/peers.sh.

  websocket_peer.py ask URL         a client: what a server that echoes makes of texts, bytes, fragments, pings, goodbyes
  websocket_peer.py serve PROGRAM   a server that echoes, with compression on offer, and PROGRAM URL as its client
"""
import asyncio
import sys

import websockets


async def ask(url):
    async with websockets.connect(url, compression="deflate", max_size=None) as socket:
        for size in (0, 1, 125, 126, 65535, 65536, 1000000):
            for message in ("w" * size, b"b" * size):
                await socket.send(message)
                assert await socket.recv() == message, size
        await socket.send(["a text ", "in three ", "fragments"])
        assert await socket.recv() == "a text in three fragments"
        await (await socket.ping(b"there?"))
        await socket.close(4000, "enough")
        assert socket.close_code == 4000, socket.close_code
    socket = await websockets.connect(url)
    try:
        await socket.send("x" * (2 << 20))  # more than the server takes: it may say so before all of it is sent
        await socket.recv()
        raise AssertionError("a message that is too large came back")
    except websockets.ConnectionClosed as closed:
        assert closed.code == 1009, closed.code
    print("peer satisfied")


async def serve(program):
    async def echo(socket):
        async for message in socket:
            await socket.send(message)

    async with websockets.serve(echo, "127.0.0.1", 0, max_size=None) as server:
        port = server.sockets[0].getsockname()[1]
        asking = await asyncio.create_subprocess_exec(program, f"ws://127.0.0.1:{port}/", stdout=sys.stdout)
        assert await asyncio.wait_for(asking.wait(), 60) == 0
    print("peer satisfied")


asyncio.run({"ask": ask, "serve": serve}[sys.argv[1]](sys.argv[2]))
