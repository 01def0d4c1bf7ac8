"""Writes the golden entries by an independent canonicaliser (rfc8785): what the encoders have to give.

They are bytes on strangers' disks. Run it once for a new type; never to make a test pass.
"""
import hashlib
import pathlib

import rfc8785

folder = pathlib.Path(__file__).parent / "Golden"
person, token, name, log = "0" * 31 + "1", "0" * 31 + "2", "0" * 31 + "3", "f" * 32
zeros, ones = "0" * 64, "1" * 64


def entry(kind, subject, data, **origin):
    value = {
        "specversion": "1.0",
        "id": "01932f3e-0000-7000-8000-000000000001",
        "source": f"urn:mentatlab:log:{log}",
        "type": kind,
        "subject": subject,
        "time": "2026-11-24T07:19:43.000Z",
        "recordedtime": "2026-11-24T07:19:43.021Z",
        "datacontenttype": "application/json",
        "data": data,
        **origin,
    }
    (folder / f"{kind}.json").write_bytes(rfc8785.dumps(value))


who = {"actor": person, "token": token, "correlation": "01932f3e-0000-7000-8000-000000000002"}
entry("log.created.v1", f"log/{log}", {"format": 1})
entry("user.registered.v1", f"user/{person}", {"kind": "person", "profile_commitment": zeros})
entry("username.claimed.v1", f"username/{name}", {"user": person, "name_commitment": ones})
entry(
    "token.issued.v1",
    f"token/{token}",
    {"user": person, "scopes": ["publish", "publish:acme.*", "publish:acme.tool"], "expires": "2027-02-22T07:19:43.000Z"},
)
entry("namespace.claimed.v1", "namespace/acme", {"owner": person}, **who)
entry("agent.registered.v1", "agent/acme.my-tool", {"id": "Acme.My__Tool", "owner": person}, **who)
entry(
    "agent.version-published.v1",
    "agent/acme.my-tool",
    {
        "version": "1.2.3-rc.1+build.5",
        "release": hashlib.sha256(rfc8785.dumps({"manifest": zeros, "package": ones})).hexdigest(),
        "artifacts": [
            {"role": "manifest", "sha256": zeros, "size": 640},
            {"role": "package", "sha256": ones, "size": 104857},
        ],
        "listed": True,
        "runtime": "python3.12",
        "license": "MIT OR Apache-2.0",
        "capabilities": ["network:https:api.example.com", "action:count"],
        "dependencies": [
            {"id": "acme.base", "range": "^1.0.0"},
            {"id": "acme.peer", "range": ">=2", "kind": "peer"},
        ],
        "min_mentat_version": "1.1.0",
        "listing_commitment": ones,
    },
    causation="01932f3e-0000-7000-8000-000000000003",
    **who,
)
entry("star.added.v1", f"star/acme.tool/{person}", {}, **who)
entry("star.removed.v1", f"star/acme.tool/{person}", {}, **who)
entry("user.profile-changed.v1", f"user/{person}", {"profile_commitment": ones}, **who)
entry("username.released.v1", f"username/{name}", {"user": person}, **who)
entry("token.revoked.v1", f"token/{token}", {"reason": "leaked"}, **who)
entry("namespace.member-added.v1", "namespace/acme", {"user": person, "role": "maintainer"}, **who)
entry("namespace.member-removed.v1", "namespace/acme", {"user": person}, **who)
entry("agent.owner-added.v1", "agent/acme.tool", {"user": person, "role": "owner"}, **who)
entry("agent.owner-removed.v1", "agent/acme.tool", {"user": person}, **who)
yanked = {"version": "1.2.3", "reason": "security", "note_commitment": zeros}
entry("agent.version-yanked.v1", "agent/acme.tool", yanked, **who)
entry("agent.version-unyanked.v1", "agent/acme.tool", {"version": "1.2.3", "reason": "mistake"}, **who)
entry("agent.deprecated.v1", "agent/acme.tool", {"replacement": "Acme.My__Tool", "note_commitment": ones}, **who)
entry("agent.undeprecated.v1", "agent/acme.tool", {}, **who)
review = {"version": "1.2.3", "rating": 5, "review_commitment": ones}
entry("review.submitted.v1", f"review/acme.tool/{person}", review, **who)
entry("review.edited.v1", f"review/acme.tool/{person}", {**review, "rating": 1, "review_commitment": zeros}, **who)
entry("review.withdrawn.v1", f"review/acme.tool/{person}", {}, **who)
vote = f"vote/acme.tool/{person}/{'0' * 31}6"
entry("review.voted.v1", vote, {"helpful": True}, **who)
entry("review.vote-withdrawn.v1", vote, {}, **who)
flag = "0" * 31 + "5"
raised = {"kind": "review", "target": f"acme.tool/{person}", "reason": "abusive", "details_commitment": zeros}
entry("flag.raised.v1", f"flag/acme.tool/{flag}", raised)
erased = {"entry": "01932f3e-0000-7000-8000-000000000001", "field": "name_commitment", "reason": "owner"}
entry("content.erased.v1", f"username/{name}", erased, **who)
entry(
    "agent.downloaded.v1",
    "downloads/7",
    {
        "agent": "acme.tool",
        "version": "1.2.3",
        "downloads": [
            {"ms": 0, "source": "cli", "reader": "00000000000000000000000000000004"},
            {"ms": 998, "source": "mirror", "reader": "00000000000000000000000000000004"},
        ],
    },
)
