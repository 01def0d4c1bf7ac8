"""What h11, an implementation of HTTP/1.1 of others, makes of requests. stdin: a request a line, in hex. Prints for each
`refused`, `unfinished`, or method, target and body in hex.
"""
import sys

import h11

for line in sys.stdin.read().split("\n")[:-1]:
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    connection.receive_data(bytes.fromhex(line))
    head, body, verdict = None, b"", "unfinished"
    try:
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA or event is h11.PAUSED:
                break
            if isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                verdict = f"{head.method.decode()} {head.target.hex()} {body.hex()}"
                break
    except h11.RemoteProtocolError:
        verdict = "refused"
    print(verdict)
