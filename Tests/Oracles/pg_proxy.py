"""Stands between a client and Postgres and can hold back the last message of a statement.

argv: the folder to listen in, the server's socket, the control folder. Where the control folder holds a file
`hold` with a statement's name, the Sync (the last 5 bytes) after the next Bind of that statement is kept back,
`held` is made, and the connection waits for the file `release`. While it holds a file `stall`, new connections get no
answer.
"""
import asyncio
import os
import sys

listen, upstream, control = sys.argv[1:4]


def take(name):
    """Reads and removes a control file."""
    path = os.path.join(control, name)
    try:
        with open(path) as file:
            text = file.read().strip()
        os.remove(path)
        return text
    except FileNotFoundError:
        return None


def wanted():
    try:
        with open(os.path.join(control, "hold")) as file:
            return file.read().strip()
    except FileNotFoundError:
        return None


async def from_client(reader, writer):
    """Passes messages on one by one; the first has no type."""
    is_first, is_armed = True, False
    try:
        while True:
            kind = b"" if is_first else await reader.readexactly(1)
            length = await reader.readexactly(4)
            body = await reader.readexactly(int.from_bytes(length, "big") - 4)
            is_first = False
            if kind == b"B" and (name := wanted()) and body.split(b"\0")[1] == name.encode():
                take("hold")
                is_armed = True
            if kind == b"S" and is_armed:
                is_armed = False
                await writer.drain()
                with open(os.path.join(control, "held"), "w"):
                    pass
                while take("release") is None:
                    await asyncio.sleep(0.005)
            writer.write(kind + length + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    writer.close()


async def from_server(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()


async def accept(reader, writer):
    if os.path.exists(os.path.join(control, "stall")):
        # Neither taken nor refused, as by a server that is stopped.
        await asyncio.sleep(60)
        return
    server_reader, server_writer = await asyncio.open_unix_connection(upstream)
    await asyncio.gather(from_client(reader, server_writer), from_server(server_reader, writer))


async def main():
    server = await asyncio.start_unix_server(accept, os.path.join(listen, ".s.PGSQL.5432"))
    with open(os.path.join(control, "ready"), "w"):
        pass
    async with server:
        await server.serve_forever()


asyncio.run(main())
