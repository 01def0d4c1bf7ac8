"""The log as anybody reads it from /events and /contents, with what agents come to by it: what other oracles begin with.

stdin: {"url": ..., "moments": [positions], ...}.
"""
import collections
import datetime
import http.client
import json
import sys
import urllib.parse

import semver

asked = json.loads(sys.stdin.read())
host = asked["url"].removeprefix("http://")
connection = http.client.HTTPConnection(host)
faults = 0
compared = collections.Counter()


def ask(path, method="GET"):
    headers = {"authorization": f"Bearer {asked['token']}"} if path.startswith("/activity") else {}
    connection.request(method, path if path.startswith("/index/") else "/api/v1/marketplace" + path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    return answer.status, dict((name.lower(), value) for name, value in answer.getheaders()), body


def get(path):
    status, fields, body = ask(path)
    return status, fields, json.loads(body)


def compare(kind, what, found, expected):
    global faults
    compared[kind] += 1
    if found != expected:
        faults += 1
        if faults <= 20:
            print(f"fault: {kind} {what}: {json.dumps(found)[:600]} where the log says {json.dumps(expected)[:600]}")


def paged(path, name):
    rows, start = [], 0
    while True:
        _, _, page = get(f"{path}?from={start}&limit=1000")
        rows += page[name]
        if page["next"] == start:
            return rows
        start = page["next"]


events = [row["entry"] for row in paged("/events", "events")]
written = {(row["position"], row["field"]): row["document"] for row in paged("/contents", "contents")}
log_time, latest = [], ""
for event in events:
    latest = max(latest, event["recordedtime"])
    log_time.append(latest)
streams = collections.defaultdict(list)
for position, event in enumerate(events):
    streams[event["subject"]].append((position, event))
keys = [stream.removeprefix("agent/") for stream in streams if stream.startswith("agent/")]
head = len(events) - 1

names = {}
for position, event in enumerate(events):
    if event["type"] == "username.claimed.v1":
        names[event["data"]["user"]] = written.get((position, "name_commitment"), {}).get("name")
    elif event["type"] == "username.released.v1":
        names[event["data"]["user"]] = None


def username(person):
    return names.get(person) or ""


def side(data):
    return "owner" if data["authority"] == "owner" else "moderation"


def remark(position, event):
    made = {"since": event["time"]}
    if "reason" in event["data"]:
        made["reason"] = event["data"]["reason"]
    if "replacement" in event["data"]:
        made["replacement"] = event["data"]["replacement"]
    note = written.get((position, "note_commitment"))
    if note:
        # A column holds no U+0000.
        made["note"] = note["text"].replace("\0", "\ufffd")
    return made


def moderated_first(sides):
    return sides.get("moderation") or sides.get("owner")


def fold(key, moment):
    """The agent by its own stream, right after an entry; None before it was registered."""
    agent = None
    for position, event in streams["agent/" + key]:
        if position > moment:
            break
        kind, data = event["type"], event["data"]
        if kind == "agent.registered.v1":
            agent = {
                "id": data["id"], "created": event["time"], "updated": event["time"], "owners": {data["owner"]: ("owner", position)},
                "registrar": data["owner"], "deprecations": {}, "hold": None, "versions": {}, "changed": None,
            }
            continue
        named = agent["versions"].get(data.get("version")) if agent else None
        if kind == "agent.version-published.v1":
            agent["updated"] = event["time"]
            agent["versions"][data["version"]] = {
                "data": data, "listing": (position, "listing_commitment"), "position": position, "time": event["time"],
                "publisher": event.get("actor"), "yanks": {}, "hold": None, "removed": set(),
            }
        elif kind == "agent.listing-changed.v1":
            named["listing"] = (position, "listing_commitment")
        elif kind == "agent.version-yanked.v1":
            named["yanks"][side(data)] = remark(position, event)
        elif kind == "agent.version-unyanked.v1":
            named["yanks"].pop(side(data), None)
        elif kind == "agent.deprecated.v1":
            agent["deprecations"][side(data)] = remark(position, event)
        elif kind == "agent.undeprecated.v1":
            agent["deprecations"].pop(side(data), None)
        elif kind == "agent.quarantined.v1":
            (named if "version" in data else agent)["hold"] = remark(position, event)
        elif kind == "agent.quarantine-lifted.v1":
            (named if "version" in data else agent)["hold"] = None
        elif kind == "agent.artifact-removed.v1":
            for version in data["versions"]:
                agent["versions"][version]["removed"].add(data["sha256"])
        elif kind == "agent.owner-added.v1":
            agent["owners"][data["user"]] = (data["role"], position)
            agent["changed"] = event["time"]
        elif kind == "agent.owner-removed.v1":
            agent["owners"].pop(data["user"], None)
            agent["registrar"] = None if agent["registrar"] == data["user"] else agent["registrar"]
            agent["changed"] = event["time"]
    return agent


def past(key, moment):
    """The same, with the holds and removals of now."""
    then, now = fold(key, moment), fold(key, head)
    if then:
        then["hold"] = then["hold"] or now["hold"]
        for version, row in then["versions"].items():
            row["hold"] = row["hold"] or now["versions"][version]["hold"]
            row["removed"] = now["versions"][version]["removed"]
    return then


def precedence(version):
    return semver.Version.parse(version)


def judgments(key, moment):
    stars, ratings = set(), {}
    for position, event in enumerate(events[: moment + 1]):
        parts, kind = event["subject"].split("/"), event["type"]
        if parts[1] != key:
            continue
        if kind == "star.added.v1":
            stars.add(parts[2])
        elif kind == "star.removed.v1":
            stars.discard(parts[2])
        elif kind in ("review.submitted.v1", "review.edited.v1"):
            ratings[parts[2]] = event["data"]["rating"]
        elif kind == "review.withdrawn.v1":
            ratings.pop(parts[2], None)
        elif kind == "agent.owner-added.v1":
            stars.discard(event["data"]["user"])
            ratings.pop(event["data"]["user"], None)
    return len(stars), list(ratings.values())


def days_before(day):
    """How many days a date is behind 1970."""
    return (datetime.date.fromisoformat(day) - datetime.date(1970, 1, 1)).days


downloads = collections.Counter()
readers = collections.defaultdict(set)
for event in events:
    data = event["data"]
    if event["type"] == "agent.downloaded.v1":
        downloads[data["agent"], event["time"][:10], data["version"]] += data["downloads"]
    elif event["type"] == "agent.readers-seen.v1" and days_before(data["day"]) >= days_before(event["recordedtime"][:10]) - 3:
        readers[data["agent"], data["day"], data["version"]] |= {(data["domain"], token) for token in data["readers"]}


def counted(key, before, version=None):
    """Downloads and readers by day, over the days before one: a reader counts once for an agent and day."""
    rows = {}
    for (agent, day, named), count in downloads.items():
        if agent == key and day < before and version in (None, named):
            rows.setdefault(day, [0, set()])[0] += count
    for (agent, day, named), tokens in readers.items():
        if agent == key and day < before and version in (None, named):
            rows.setdefault(day, [0, set()])[1] |= tokens
    return [{"day": day, "downloads": rows[day][0], "unique_downloads": len(rows[day][1])} for day in sorted(rows)]


def quoted(text):
    return urllib.parse.quote(str(text))


def is_withheld(row):
    return bool(row["yanks"]) or row["hold"] is not None


def best_version(rows):
    """The version that is shown of an agent."""
    return max(rows, key=lambda version: (0 if is_withheld(rows[version]) else 1 if precedence(version).prerelease else 2, precedence(version)))


def shown_owner(agent):
    """Who registered it until they leave, then the owner of longest standing."""
    if agent["registrar"]:
        return agent["registrar"]
    standing = sorted((position, person) for person, (role, position) in agent["owners"].items() if role == "owner")
    return standing[0][1] if standing else None


def installed(data):
    files = {artifact["role"]: artifact["sha256"] for artifact in data["artifacts"]}
    return files.get("package") or files.get("wasm_module") or files["manifest"]


def all_pages(path, name):
    """All rows of a list."""
    rows, cursor = [], ""
    while True:
        _, _, page = get(f"{path}{'&' if '?' in path else '?'}limit=100{cursor}")
        rows += page[name]
        if not page["pagination"].get("next_cursor"):
            return rows
        cursor = "&cursor=" + quoted(page["pagination"]["next_cursor"])


def result():
    """What was compared, as JSON."""
    return json.dumps({"entries": len(events), "agents": len(keys), "faults": faults, **compared})
