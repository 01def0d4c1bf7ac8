"""Reads a JSON document a line and writes its RFC 8785 form, by the package rfc8785."""
import json
import sys

import rfc8785

for line in sys.stdin.buffer.read().split(b"\n")[:-1]:
    value = json.loads(line, parse_int=lambda text: float(text) if abs(int(text)) >= 2**53 else int(text))
    sys.stdout.buffer.write(rfc8785.dumps(value) + b"\n")
