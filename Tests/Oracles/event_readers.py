"""Reads server-sent events as a browser does (WHATWG HTML, 9.2), over h11. argv: port, path, last id or "-", readers,
position, file.

Each reader goes on until it has had the entry at the position or its stream ends. Prints "open N" once every reader is
connected, then, at the end, a line of JSON: of the first reader its events ([id, type, data]), the last id and whether the
stream ended; and how many others got something else, by status. With a file each reader says "at P" of
the newest entry, and takes nothing for as long as the file is there.
"""
import asyncio
import collections
import json
import os
import resource
import socket
import sys

import h11

port, path, last, count, until = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
gate_file = sys.argv[6] if len(sys.argv) > 6 else None
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
connected = 0


class Events:
    """The parsing of a stream, line by line."""

    def __init__(self):
        self.rest, self.data, self.kind, self.id, self.events, self.retry = b"", [], "", "", [], None

    def feed(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self.line(line.decode("utf-8").rstrip("\r"))

    def line(self, line):
        if line == "":
            if self.data:
                self.events.append([self.id, self.kind or "message", "\n".join(self.data)])
            self.data, self.kind = [], ""
            return
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self.data.append(value)
        elif name == "event":
            self.kind = value
        elif name == "id":
            self.id = value
        elif name == "retry":
            self.retry = value


async def read(gate, opened):
    global connected
    raw = socket.socket()
    if gate_file:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    async with gate:
        await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", port))
        reader, writer = await asyncio.open_connection(sock=raw, limit=4096)
        connection = h11.Connection(h11.CLIENT)
        headers = [("Host", "localhost"), ("Accept", "text/event-stream")]
        if last != "-":
            headers.append(("Last-Event-ID", last))
        writer.write(connection.send(h11.Request(method="GET", target=path, headers=headers)))
        writer.write(connection.send(h11.EndOfMessage()))
        events, status, body, ended = Events(), 0, b"", False
        while status == 0:
            connection.receive_data(await reader.read(4096))
            event = connection.next_event()
            if isinstance(event, h11.Response):
                status = event.status_code
    connected += 1
    if connected == count:
        opened.set()
    while not ended and not (events.events and int(events.events[-1][0]) >= until):
        event = connection.next_event()
        if event is h11.NEED_DATA:
            data = await reader.read(65536)
            try:
                connection.receive_data(data)
            except h11.RemoteProtocolError:
                ended = True
        elif isinstance(event, h11.Data):
            body += event.data if status != 200 else b""
            events.feed(bytes(event.data))
            if gate_file and events.events:
                print(f"at {events.events[-1][0]}", flush=True)
                while os.path.exists(gate_file):
                    await asyncio.sleep(0.05)
        elif isinstance(event, (h11.EndOfMessage, h11.ConnectionClosed)):
            ended = True
    writer.close()
    return {
        "status": status, "events": events.events, "last": events.id, "ended": ended, "retry": events.retry,
        "body": body.decode(),
    }


async def main():
    gate, opened = asyncio.Semaphore(200), asyncio.Event()

    async def announce():
        await opened.wait()
        print(f"open {count}", flush=True)

    told = asyncio.create_task(announce())
    results = await asyncio.gather(*(read(gate, opened) for _ in range(count)))
    await told
    # When to come back differs, so that not all come back at once.
    same = {**results[0], "retry": None}
    different = collections.Counter(result["status"] for result in results if {**result, "retry": None} != same)
    print("result " + json.dumps({**results[0], "different": different}), flush=True)


asyncio.run(main())
