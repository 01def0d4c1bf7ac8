"""Works out what was so at moments of the past from /events and /contents alone, and asks the marketplace for the same.

stdin: {"url": ..., "moments": [positions]}. Prints a line "fault: ..." for each difference, then what was compared, as JSON.
"""
import collections

from marketlog import (
    all_pages, ask, asked, best_version, compare, counted, events, fold, get, head, installed, is_withheld, judgments, keys, log_time,
    moderated_first, past, precedence, quoted, result, shown_owner, side, streams, username, written,
)


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


def check_agent(key, moment, as_of):
    what, agent = f"{key} at {as_of}", past(key, moment)
    status, fields, page = get(f"/agents/{key}?as_of={quoted(as_of)}")
    if not agent or not agent["versions"]:
        compare("agent", what, status, 404)
        return
    compare("moment", what, (fields.get("marketplace-as-of"), fields.get("x-robots-tag"), fields.get("cache-control")), (str(moment), "noindex", "no-store"))
    rows = agent["versions"]
    best, owner = best_version(rows), shown_owner(agent)
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
    found = [shown_version(version) for version in all_pages(f"/agents/{key}/versions?as_of={quoted(as_of)}", "versions")]
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
        return not (is_withheld(row) or agent["hold"] or installed(row["data"]) in row["removed"])
    choices = [version for version in rows if had(version)]
    releases = [version for version in choices if not precedence(version).prerelease]
    status, fields, _ = ask(f"/agents/{key}/versions/latest/download?as_of={quoted(as_of)}", "HEAD")
    expected = max(releases or choices, key=precedence) if choices else None
    compare("download", what, fields.get("marketplace-version") if status == 302 else None, expected)


def check_present(key):
    """What has no moment: the whole history, and when each version could be had."""
    found = [
        (row["position"], row["type"], row["data"], row.get("note"), row.get("actor", {}).get("id"))
        for row in all_pages(f"/agents/{key}/history", "history")
    ]
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
        digest = installed(row["data"])
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
        releases = [] if "-" in version.split("+")[0] else [other for other in below if "-" not in other.split("+")[0]]
        against = max(releases or below, key=precedence) if below else earlier[-1] if earlier else None
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
        best = best_version(rows)
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
print(result())
