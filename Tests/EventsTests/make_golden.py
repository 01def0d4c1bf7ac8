"""Writes the golden entries by an independent canonicaliser (rfc8785): what the encoders have to give.

The data of each is the example in the schema of its type. The golden files are bytes on strangers' disks: run this once
for a new type; never to make a test pass.

Usage: make_golden.py TYPE...
"""
import json
import pathlib
import sys

import rfc8785

here = pathlib.Path(__file__).parent
schemas = here.parents[1] / "schemas" / "events"
person, token, name, log = "0" * 31 + "1", "0" * 31 + "2", "0" * 31 + "3", "f" * 32
streams = {
    "log": f"log/{log}",
    "user": f"user/{person}",
    "username": f"username/{name}",
    "token": f"token/{token}",
    "namespace": "namespace/acme",
    "agent": "agent/acme.tool",
    "review": f"review/acme.tool/{person}",
    "vote": f"vote/acme.tool/{person}/{'0' * 31}6",
    "star": f"star/acme.tool/{person}",
    "flag": f"flag/{'0' * 31}5",
    "downloads": "downloads/36",
    "artifact": f"artifact/{'1' * 64}",
}

for kind in sys.argv[1:]:
    schema = json.loads((schemas / f"{kind}.json").read_text())
    stream = schema.get("x-stream", "username")
    entry = {
        "specversion": "1.0",
        "id": "01932f3e-0000-7000-8000-000000000001",
        "source": f"urn:mentatlab:log:{log}",
        "type": kind,
        "subject": streams[stream],
        "time": "2026-11-24T07:19:43.000Z",
        "recordedtime": "2026-11-24T07:19:43.021Z",
        "datacontenttype": "application/json",
        "data": schema["examples"][0],
    }
    if stream not in ("flag", "downloads"):
        entry |= {
            "actor": person,
            "token": token,
            "correlation": "01932f3e-0000-7000-8000-000000000002",
            "causation": "01932f3e-0000-7000-8000-000000000003",
        }
    (here / "Golden" / f"{kind}.json").write_bytes(rfc8785.dumps(entry))
