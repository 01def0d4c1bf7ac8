"""Holds recorded exchanges to the OpenAPI description, by the package jsonschema.

stdin: the description on one line, then a JSON object a line {method, path, template, query, parts, json, status, type, body, headers}. Prints the faults of
each, then a line with every operation that is described, sorted.
"""
import json
import sys
import urllib.parse

import jsonschema

document = json.loads(sys.stdin.readline())


def check(schema, value):
    """Validates against a schema whose references point into the description."""
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": document["components"], **schema}
    jsonschema.Draft202012Validator.check_schema(whole)
    return [f"{error.json_path}: {error.message}" for error in jsonschema.Draft202012Validator(whole).iter_errors(value)]


def resolved(value):
    """What a reference into the description points to."""
    while "$ref" in value:
        place = document
        for step in value["$ref"].removeprefix("#/").split("/"):
            place = place[step]
        value = place
    return value


def parameters(operation):
    return [resolved(parameter) for parameter in operation.get("parameters", [])]


def parameter_value(schema, text):
    if schema.get("type") == "integer":
        try:
            return int(text)
        except ValueError:
            return text
    return text


def path_faults(operation, exchange):
    """The parameters in the path."""
    found = []
    declared = {p["name"]: p for p in parameters(operation) if p["in"] == "path"}
    wanted = exchange["template"].split("/")
    given = exchange["path"].split("?")[0].split("/")
    if len(wanted) != len(given):
        return ["the path does not fit the template"]
    for pattern, segment in zip(wanted, given):
        if not pattern.startswith("{"):
            found += [] if pattern == segment else [f"{segment} is not {pattern}"]
        elif pattern[1:-1] not in declared:
            found.append(f"path parameter {pattern} is not described")
        else:
            found += check(declared.pop(pattern[1:-1])["schema"], urllib.parse.unquote(segment))
    return found + [f"path parameter {name} is not in the template" for name in declared]


def body_faults(operation, exchange):
    """The parts of a multipart body, as an object of strings; a JSON body as it is."""
    body = operation.get("requestBody")
    if body is None:
        return ["a body is not described"] if exchange["parts"] or exchange["json"] else []
    if "application/json" in body["content"]:
        if not exchange["json"]:
            return ["a body is required"] if body["required"] else []
        return check(body["content"]["application/json"]["schema"], json.loads(exchange["json"]))
    if "application/x-ndjson" in body["content"]:
        line = body["content"]["application/x-ndjson"]["schema"]
        return [fault for text in exchange["json"].splitlines() for fault in check(line, json.loads(text))]
    return check(body["content"]["multipart/form-data"]["schema"], exchange["parts"])


def faults(exchange):
    operation = document["paths"].get(exchange["template"], {}).get(exchange["method"].lower())
    if operation is None:
        return ["not described"]
    found = []
    declared = {p["name"].lower(): p for p in parameters(operation) if p["in"] == "query"}
    if exchange["status"] < 300:
        for name, text in exchange["query"].items():
            if name not in declared:
                found.append(f"parameter {name} is not described")
            else:
                schema = declared[name]["schema"]
                found += check(schema, parameter_value(schema, text))
        found += path_faults(operation, exchange)
        found += body_faults(operation, exchange)
    response = operation["responses"].get(str(exchange["status"]))
    if response is None:
        return found + [f"status {exchange['status']} is not described"]
    for name in response.get("headers", {}):
        if name == "etag" and "as_of" in exchange["query"]:
            continue
        if name not in exchange["headers"] and name not in ("link", "marketplace-as-of", "x-robots-tag", "marketplace-position", "marketplace-search", "ratelimit", "ratelimit-policy"):
            found.append(f"header {name} is missing")
    content = response.get("content", {})
    if not content:
        return found if exchange["body"] == "" else found + ["a body that is not described"]
    if exchange["type"] not in content:
        return found + [f"type {exchange['type']} is not described"]
    if exchange["type"].endswith("json"):
        found += check(content[exchange["type"]]["schema"], json.loads(exchange["body"]))
    return found


for line in sys.stdin.read().split("\n")[:-1]:
    print("; ".join(faults(json.loads(line))).replace("\n", " ") or "ok")
print(" ".join(sorted(f"{m.upper()}:{p}" for p, item in document["paths"].items() for m in item)))
