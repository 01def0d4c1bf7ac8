"""Judges values of YAML documents by py-yaml12, which reads YAML 1.2 without libyaml.

Reads a line for each document: its text and the value that it was read as, both in base 64, the value as JSON. Prints
`same`, `other VALUE` or `refused REASON` for each.
"""
import base64
import json
import sys

import yaml12


def is_same(value, ours):
    if isinstance(value, dict):
        if not isinstance(ours, dict) or len(value) != len(ours):
            return False
        # Names keep their spelling with us, so those that are no strings are compared as what they stand for.
        names = {name if isinstance(name, str) else yaml12_key(name): item for name, item in value.items()}
        return all(spelled(name) in names and is_same(names[spelled(name)], item) or
                   name in names and is_same(names[name], item) for name, item in ours.items())
    if isinstance(value, list):
        return isinstance(ours, list) and len(value) == len(ours) and all(map(is_same, value, ours))
    if isinstance(value, bool) or isinstance(ours, bool):
        return value is ours
    if isinstance(value, int) and isinstance(ours, str):
        # py-yaml12 takes a sign behind 0x and 0o, which the core schema (YAML 1.2.2, 10.3.2) does not have.
        return ours[:2] in ("0x", "0o") and ours[2:3] in ("+", "-")
    if isinstance(value, (int, float)):
        return isinstance(ours, (int, float)) and float(value) == float(ours)
    return type(value) is type(ours) and value == ours


def yaml12_key(name):
    return ("key", None if name is None else float(name))


def spelled(name):
    try:
        value = yaml12.parse_yaml(name)
    except Exception:
        return name
    return name if isinstance(value, (str, list, dict)) else yaml12_key(value)


for line in sys.stdin:
    text, ours = (base64.b64decode(part) for part in line.rstrip("\n").split("\t"))
    try:
        value = yaml12.parse_yaml(text.decode())
    except Exception as error:
        print("refused", str(error).replace("\n", " "))
        continue
    print("same" if is_same(value, json.loads(ours)) else f"other {value!r}".replace("\n", " "))
