"""Runs a program on a terminal of its own with so many columns, and prints what it writes. argv: columns, program, arguments."""
import fcntl
import os
import pty
import struct
import sys
import termios

pid, terminal = pty.fork()
if pid == 0:
    os.environ["NO_COLOR"] = "1"
    # The parent sets the size before the program asks for it.
    sys.stdin.readline()
    os.execv(sys.argv[2], sys.argv[2:])
settings = termios.tcgetattr(terminal)
settings[3] &= ~termios.ECHO
termios.tcsetattr(terminal, termios.TCSANOW, settings)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
os.write(terminal, b"\n")
output = b""
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        break
    if not piece:
        break
    output += piece
os.waitpid(pid, 0)
sys.stdout.write(output.decode().replace("\r\n", "\n"))
