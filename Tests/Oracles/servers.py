"""Reads a marketplace as a registry of MCP servers, with the client of another project (apm-cli), and holds every entry to the
published form of the API (v0.1, server.json of 2025-12-11).

Arguments: the URL, then names to look up. Prints one JSON document: the faults, what the client listed page by page, and what it
found under each name.
"""
import json
import os
import re
import sys

import jsonschema
import requests

os.environ.update(APM_NO_CACHE="1", MCP_REGISTRY_ALLOW_HTTP="1")
from apm_cli.registry.client import ServerNotFoundError, SimpleRegistryClient  # noqa: E402

TEXT, URI, TIME = {"type": "string", "minLength": 1}, {"type": "string", "format": "uri", "pattern": "^https?://[^\\s]+$"}, {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"}
OFFICIAL = "io.modelcontextprotocol.registry/official"


def form(required, optional=None):
    """An object that may hold more."""
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required)}


SERVER = form(
    {
        "$schema": {"const": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"},
        "name": {"type": "string", "pattern": "^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$", "minLength": 3, "maxLength": 200},
        "description": {"type": "string", "minLength": 1, "maxLength": 100},
        "version": {"type": "string", "minLength": 1, "maxLength": 255, "not": {"const": "latest"}},
    },
    {
        "title": {"type": "string", "minLength": 1, "maxLength": 100},
        "repository": form({"url": URI, "source": TEXT}, {"subfolder": TEXT}),
        "websiteUrl": URI,
        "packages": {"type": "array", "minItems": 1, "items": form({"registryType": TEXT, "identifier": TEXT, "transport": form({"type": {"const": "stdio"}})}, {"version": {"type": "string", "minLength": 1, "not": {"const": "latest"}}})},
        "remotes": {"type": "array", "minItems": 1, "items": form({"type": {"enum": ["streamable-http", "sse"]}, "url": URI})},
    },
)
REGISTERED = form({"status": {"enum": ["active", "deprecated", "deleted"]}, "statusChangedAt": TIME, "publishedAt": TIME, "updatedAt": TIME, "isLatest": {"type": "boolean"}}, {"statusMessage": TEXT})
ENTRY = form({"server": SERVER, "_meta": form({OFFICIAL: REGISTERED})})
LIST = form({"servers": {"type": "array", "items": ENTRY}, "metadata": form({"count": {"type": "integer"}}, {"nextCursor": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}})})


def faults(document, schema=LIST):
    return [f"{error.json_path}: {error.message}" for error in jsonschema.Draft202012Validator(schema).iter_errors(document)]


def main(url, names):
    found = {"faults": [], "pages": [], "named": {}}
    client = SimpleRegistryClient(url, registry_source="config")
    cursor = None
    while True:
        servers, cursor = client.list_servers(limit=2, cursor=cursor)
        found["pages"].append([f"{server['name']}@{server['version']}" for server in servers])
        if cursor is None or len(found["pages"]) > 100:
            break
    for path in ["servers?include_deleted=true&limit=100", "export", "servers?updated_since=2020-01-01T00:00:00%2B02:00"]:
        answer = requests.get(f"{url}/v0.1/{path}", timeout=30)
        document = answer.json()
        found["faults"] += [f"{path}: {fault}" for fault in faults(document)]
        if document["metadata"]["count"] != len(document["servers"]):
            found["faults"].append(f"{path}: the count is {document['metadata']['count']}")
        found[re.split("[?]", path)[0] if path == "export" else path] = [f"{entry['server']['name']}@{entry['server']['version']}" for entry in document["servers"]]
    for name in names:
        try:
            server = client.get_server(name)
            found["faults"] += [f"{name}: {fault}" for fault in faults(server, SERVER)]
            found["named"][name] = server
            match = client.find_server_by_reference(server["name"])
            if not match or match["name"] != server["name"]:
                found["faults"].append(f"{name}: not found by a search for its name")
        except ServerNotFoundError:
            found["named"][name] = None
    print(json.dumps(found))


main(sys.argv[1], sys.argv[2:])
