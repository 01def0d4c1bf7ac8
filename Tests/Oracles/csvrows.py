"""Reads CSV from stdin as Python's csv module does and prints its rows as JSON objects, one a line."""
import csv
import io
import json
import sys

text = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", newline="").read()
for row in csv.DictReader(io.StringIO(text, newline=""), strict=True):
    print(json.dumps(row))
