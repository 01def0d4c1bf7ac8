"""Works out what was so at moments of the past from /events and /contents alone, and asks the marketplace for the same.

stdin: {"url": ..., "moments": [positions]}. Prints a line "fault: ..." for each difference, then what was compared, as JSON.
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
    connection.request(method, path if path.startswith("/index/") else "/api/v1/marketplace" + path)
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


def expected_version(key, version, row):
    made = {
        "version": version, "position": row["position"], "published_at": row["time"], "yanked": bool(row["yanks"]),
        "yank": moderated_first(row["yanks"]), "quarantine": row["hold"], "publisher": username(row["publisher"]),
        "removed": sorted(row["removed"]), "listing": written.get(row["listing"]),
    }
    return made


def shown_version(page):
    return {
        "version": page["version"], "position": page["position"], "published_at": page["published_at"], "yanked": page["yanked"],
        "yank": page.get("yank"), "quarantine": page.get("quarantine"), "publisher": page["publisher"]["username"],
        "removed": sorted(artifact["sha256"] for artifact in page["artifacts"] if artifact.get("removed")), "listing": page.get("listing"),
    }


def is_withheld(row):
    return bool(row["yanks"]) or row["hold"] is not None


def check_agent(key, moment, as_of):
    what, agent = f"{key} at {as_of}", past(key, moment)
    status, fields, page = get(f"/agents/{key}?as_of={quoted(as_of)}")
    if not agent or not agent["versions"]:
        compare("agent", what, status, 404)
        return
    compare("moment", what, (fields.get("marketplace-as-of"), fields.get("x-robots-tag"), fields.get("cache-control")), (str(moment), "noindex", "no-store"))
    rows = agent["versions"]
    def rank(version):
        return (0 if is_withheld(rows[version]) else 1 if precedence(version).prerelease else 2, precedence(version))
    best = max(rows, key=rank)
    owner = agent["registrar"]
    if not owner:
        standing = sorted((position, person) for person, (role, position) in agent["owners"].items() if role == "owner")
        owner = standing[0][1] if standing else None
    stars, ratings = judgments(key, moment)
    listing = written.get(rows[best]["listing"], {})
    days = counted(key, log_time[moment][:10])
    hundredths = (sum(ratings) * 200 + len(ratings)) // (2 * len(ratings)) if ratings else 0
    compare(
        "agent", what,
        {
            name: page.get(name)
            for name in (
                "id", "agent_id", "display_name", "latest_version", "is_yanked", "download_count", "star_count", "rating_count",
                "is_deprecated", "is_quarantined", "created_at", "updated_at", "deprecation", "quarantine", "owners_changed_at", "listed")
        } | {"publisher": page["publisher"]["username"], "rating": round(page["rating_avg"] * 100)},
        {
            "id": key, "agent_id": agent["id"], "display_name": (listing.get("title") or agent["id"]).replace("\0", "\ufffd"),
            "latest_version": None if is_withheld(rows[best]) else best, "is_yanked": is_withheld(rows[best]),
            "download_count": sum(day["unique_downloads"] for day in days), "star_count": stars, "rating_count": len(ratings),
            "is_deprecated": bool(agent["deprecations"]), "is_quarantined": agent["hold"] is not None,
            "created_at": agent["created"], "updated_at": agent["updated"], "deprecation": moderated_first(agent["deprecations"]),
            "quarantine": agent["hold"], "owners_changed_at": agent["changed"], "listed": rows[best]["data"]["listed"],
            "publisher": username(owner), "rating": hundredths,
        })
    found, cursor = [], ""
    while True:
        _, _, page = get(f"/agents/{key}/versions?limit=100&as_of={quoted(as_of)}{cursor}")
        found += [shown_version(version) for version in page["versions"]]
        if not page["pagination"].get("next_cursor"):
            break
        cursor = "&cursor=" + quoted(page["pagination"]["next_cursor"])
    ordered = sorted(rows, key=precedence, reverse=True)
    compare("versions", what, found, [expected_version(key, version, rows[version]) for version in ordered])
    one = ordered[len(ordered) // 2]
    compare("version", what, shown_version(get(f"/agents/{key}/versions/{one}?as_of={quoted(as_of)}")[2]), expected_version(key, one, rows[one]))
    owners = sorted((position, person, role) for person, (role, position) in agent["owners"].items())
    compare(
        "owners", what, [(row["id"], row["username"], row["role"]) for row in get(f"/agents/{key}/owners?as_of={quoted(as_of)}")[2]["owners"]],
        [(person, username(person), role) for _, person, role in owners])
    page = get(f"/agents/{key}/downloads?days=3660&as_of={quoted(as_of)}")[2]
    compare(
        "downloads", what, (page["downloads"], page["unique_downloads"], page["days"]),
        (sum(day["downloads"] for day in days), sum(day["unique_downloads"] for day in days), days))
    status, _, page = get(f"/index/{key}?as_of={quoted(as_of)}")
    if status != 200:
        compare("index", what, page, 200)
        return
    compare(
        "index", what,
        (page["quarantined"], page["deprecated"], [(row["version"], row["yanked"]) for row in page["versions"]]),
        (agent["hold"] is not None, bool(agent["deprecations"]), [(version, bool(rows[version]["yanks"])) for version in reversed(ordered)]))

    def had(version):
        row = rows[version]
        files = {artifact["role"]: artifact["sha256"] for artifact in row["data"]["artifacts"]}
        installed = files.get("package") or files.get("wasm_module") or files["manifest"]
        return not (is_withheld(row) or agent["hold"] or installed in row["removed"])
    choices = [version for version in rows if had(version)]
    releases = [version for version in choices if not precedence(version).prerelease]
    status, fields, _ = ask(f"/agents/{key}/versions/latest/download?as_of={quoted(as_of)}", "HEAD")
    expected = max(releases or choices, key=precedence) if choices else None
    compare("download", what, fields.get("marketplace-version") if status == 302 else None, expected)


def check_present(key):
    """What has no moment: the whole history, and when each version could be had."""
    found, cursor = [], ""
    while True:
        page = get(f"/agents/{key}/history?limit=100{cursor}")[2]
        found += [(row["position"], row["type"], row["data"], row.get("note"), row.get("actor", {}).get("id")) for row in page["history"]]
        if not page["pagination"].get("next_cursor"):
            break
        cursor = "&cursor=" + page["pagination"]["next_cursor"]
    compare(
        "history", key, found,
        [
            (position, event["type"], event["data"], written.get((position, "note_commitment"), {}).get("text"), event.get("actor"))
            for position, event in streams["agent/" + key]
        ])
    agent = fold(key, head)
    # Each third, since each takes the whole stream.
    for version, row in list(agent["versions"].items())[::3]:
        spans, earlier = {"resolvable": [], "downloadable": []}, []
        yanks, held, all_held, removed, there = set(), False, False, False, False
        digest = row["data"]["artifacts"][0]["sha256"]
        for position, event in streams["agent/" + key]:
            kind, data = event["type"], event["data"]
            is_meant = data.get("version") == version
            if kind == "agent.version-published.v1":
                there = there or is_meant
                if not there:
                    earlier.append(data["version"])
            elif kind == "agent.version-yanked.v1" and is_meant:
                yanks.add(side(data))
            elif kind == "agent.version-unyanked.v1" and is_meant:
                yanks.discard(side(data))
            elif kind in ("agent.quarantined.v1", "agent.quarantine-lifted.v1"):
                state = kind == "agent.quarantined.v1"
                if "version" not in data:
                    all_held = state
                elif is_meant:
                    held = state
            elif kind == "agent.artifact-removed.v1" and version in data["versions"] and data["sha256"] == digest:
                removed = True
            for name, is_open in (("downloadable", there and not (held or all_held or removed)), ("resolvable", there and not (held or all_held or removed or yanks))):
                was_open = bool(spans[name]) and "until" not in spans[name][-1]
                if is_open and not was_open:
                    spans[name].append({"from": position, "since": event["time"]})
                elif was_open and not is_open:
                    spans[name][-1] |= {"until": position, "ended": event["time"]}
        page = get(f"/agents/{key}/exposure?version={quoted(version)}")[2]
        below = [other for other in earlier if precedence(other) < precedence(version)]
        against = max(below, key=precedence) if below else earlier[-1] if earlier else None
        days = counted(key, "9999", version)
        compare(
            "exposure", f"{key}@{version}",
            (page["resolvable"], page["downloadable"], page["days"], page["downloads"], page["unique_downloads"], page.get("news", {}).get("against")),
            (spans["resolvable"], spans["downloadable"], days, sum(day["downloads"] for day in days), sum(day["unique_downloads"] for day in days), against))


def check_dependents():
    """Who needs whom by the version that is shown."""
    needed = collections.defaultdict(list)
    for key in keys:
        rows = past(key, head)["versions"]
        best = max(rows, key=lambda version: (0 if is_withheld(rows[version]) else 1 if precedence(version).prerelease else 2, precedence(version)))
        if rows[best]["data"]["listed"]:
            for need in rows[best]["data"].get("dependencies", []):
                needed[need["id"]].append({"id": key, "version": best, "range": need["range"], "peer": need.get("kind") == "peer"})
    for key in keys + ["nobody.here"]:
        rows = get(f"/agents/{key}/dependents?limit=100")[2]["dependents"]
        for row in rows:
            row.pop("agent_id")
            row.pop("resolved", None)
        compare("dependents", key, rows, sorted(needed[key], key=lambda row: row["id"]))


check_dependents()
for key in keys:
    check_present(key)
for moment in asked["moments"] + [head]:
    for key in keys:
        check_agent(key, moment, moment)
# The same by time: the last position whose log time is not later.
for moment in asked["moments"]:
    time = log_time[moment]
    reached = max(position for position in range(moment, len(events)) if log_time[position] == time)
    check_agent(keys[moment % len(keys)], reached, time)
print(json.dumps({"entries": len(events), "agents": len(keys), "faults": faults, **compared}))
