"""Says of each line (hex of a document) whether Python's json takes it, with the checks that it lacks."""
import json
import sys


def pairs(items):
    names = [name for name, _ in items]
    if len(set(names)) != len(names):
        raise ValueError("duplicate name")
    return dict(items)


def no_constant(_):
    raise ValueError("no JSON constant")


def check(value):
    if isinstance(value, str):
        value.encode("utf-8")
    elif isinstance(value, list):
        for element in value:
            check(element)
    elif isinstance(value, dict):
        for name, element in value.items():
            check(name)
            check(element)


for line in sys.stdin.read().split("\n")[:-1]:
    data = bytes.fromhex(line)
    try:
        text = data.decode("utf-8")
        if text.startswith("\ufeff"):
            raise ValueError("byte order mark")
        check(json.loads(text, object_pairs_hook=pairs, parse_constant=no_constant))
        print("yes")
    except (ValueError, RecursionError):
        print("no")
