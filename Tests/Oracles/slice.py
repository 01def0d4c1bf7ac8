"""The slice of each id, one a line."""
import hashlib
import sys

for line in sys.stdin.read().split("\n")[:-1]:
    print(int.from_bytes(hashlib.sha256(line.encode()).digest()[:4], "big") % 64)
