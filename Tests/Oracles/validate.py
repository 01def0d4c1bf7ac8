"""Validates entries and contents against the JSON Schemas of this repository, and their canonical form.

Each line: the name of a schema below schemas/, a space, a document.
"""
import json
import pathlib
import sys

import jsonschema
import rfc8785

root = pathlib.Path(__file__).resolve().parents[2] / "schemas"
validators = {}


def validator(name):
    if name not in validators:
        schema = json.loads((root / f"{name}.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        validators[name] = jsonschema.Draft202012Validator(schema)
    return validators[name]


for line in sys.stdin.buffer.read().split(b"\n")[:-1]:
    name, document = line.split(b" ", 1)
    value = json.loads(document)
    faults = [error.message for error in validator(name.decode()).iter_errors(value)]
    if name == b"events/envelope" and "data" in value:
        kind = value["type"]
        faults += [error.message for error in validator(f"events/{kind}").iter_errors(value["data"])]
    if rfc8785.dumps(value) != document:
        faults.append("not canonical")
    print("; ".join(faults).replace("\n", " ") or "ok")
