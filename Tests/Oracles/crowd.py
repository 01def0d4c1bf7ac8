"""Opens many connections and keeps them. argv: port, token, kind, how many.

Kinds: `idle` (each has asked for something once and now rests), `heads` (a byte of a head now and then), `bodies`
(a byte of a publication now and then), `readers` (each has asked for the file of argv[5] and takes nothing).
Prints "open N" once all are there, with how many were turned away, and goes on until it is killed.
"""
import asyncio
import resource
import sys

port, token, kind, count = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
turned_away = 0
GET = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = (
    b"POST /api/v1/marketplace/publish HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token.encode()
    + b"\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n"
    + b'--b\r\nContent-Disposition: form-data; name="package"\r\n\r\n\x1f\x8b\x08'
)


async def drip(writer, data):
    try:
        for byte in data:
            await asyncio.sleep(1)
            writer.write(bytes([byte]))
            await writer.drain()
    except ConnectionError:
        pass


async def rest():
    """A connection that has asked once and rests. Who is told to come again, or is closed meanwhile, comes again."""
    global turned_away
    for attempt in range(4):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=4096)
        try:
            writer.write(GET)
            answer = await asyncio.wait_for(reader.read(4096), 30)
            if answer.startswith(b"HTTP/1.1 200"):
                return reader, writer
        except (ConnectionError, asyncio.TimeoutError):
            pass
        writer.close()
        await asyncio.sleep(0.05 * (attempt + 1))
    turned_away += 1
    return reader, writer


async def enter(gate):
    """Opens one connection; returns it so that it stays."""
    global turned_away
    async with gate:
        if kind == "idle":
            return await rest()
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=4096)
        try:
            if kind == "heads":
                asyncio.get_running_loop().create_task(drip(writer, GET * 100))
            elif kind == "bodies":
                writer.write(POST)
                asyncio.get_running_loop().create_task(drip(writer, b"x" * 1000))
            else:
                writer.transport.pause_reading()
                writer.write(f"GET {sys.argv[5]} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        except (ConnectionError, asyncio.TimeoutError):
            turned_away += 1
        return reader, writer


async def main():
    gate = asyncio.Semaphore(100)
    kept = await asyncio.gather(*(enter(gate) for _ in range(count)))
    print(f"open {len(kept)} turned away {turned_away}", flush=True)
    await asyncio.sleep(3600)


asyncio.run(main())
