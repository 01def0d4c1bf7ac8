"""A client of bare bytes. argv: port. stdin: steps, one a line: "send HEX", "sleep MS", "finish" (stop sending),
"leave" (reset the connection). Prints all that came until the server closed.
"""
import socket
import struct
import sys
import time

client = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=30)
for line in sys.stdin.read().splitlines():
    step, _, argument = line.partition(" ")
    try:
        if step == "send":
            client.sendall(bytes.fromhex(argument))
        elif step == "sleep":
            time.sleep(int(argument) / 1000)
        elif step == "finish":
            client.shutdown(socket.SHUT_WR)
        elif step == "leave":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
            sys.exit(0)
    except OSError:
        break
data = b""
while True:
    try:
        piece = client.recv(65536)
    except OSError:
        break
    if not piece:
        break
    data += piece
sys.stdout.write(data.decode("latin-1") + "\n")
