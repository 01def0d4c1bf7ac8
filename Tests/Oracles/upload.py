"""Uploads a package that should not be taken. argv: port, token, kind, MiB.

Kinds: `declared` (the length stands in the head), `chunked` (it does not), `cut` (half of it, then gone), `stalled`
(half of it, then nothing). Prints the status of the answer, or "closed".
"""
import socket
import sys
import time

port, token, kind, mebibytes = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
start = (
    b'--b\r\nContent-Disposition: form-data; name="manifest"\r\n\r\nid: hostile.large\nversion: 1.0.0\n\r\n'
    b'--b\r\nContent-Disposition: form-data; name="package"\r\n\r\n\x1f\x8b\x08'
)
block = bytes(range(256)) * 4096
framing = b"Transfer-Encoding: chunked" if kind == "chunked" else b"Content-Length: %d" % (len(start) + (mebibytes << 20))
client = socket.create_connection(("127.0.0.1", port), timeout=60)
client.sendall(
    b"POST /api/v1/marketplace/publish HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token.encode()
    + b"\r\nContent-Type: multipart/form-data; boundary=b\r\n" + framing + b"\r\n\r\n"
)


def send(data):
    client.sendall(b"%x\r\n" % len(data) + data + b"\r\n" if kind == "chunked" else data)


try:
    send(start)
    for _ in range(mebibytes if kind in ("declared", "chunked") else mebibytes // 2):
        send(block)
    if kind == "cut":
        client.close()
        print("left")
        sys.exit()
except OSError:
    pass  # refused before the end; the answer is there
answer = b""
try:
    while b"\r\n" not in answer and (piece := client.recv(65536)):
        answer += piece
except OSError:
    pass
print(answer.split(b" ")[1].decode() if answer else "closed")
