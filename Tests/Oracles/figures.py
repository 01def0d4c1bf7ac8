"""Works out reputations, statistics, popularity and who did what from /events and /contents alone, and asks the marketplace for
the same.

stdin: {"url": ..., "moments": [positions], "token": a moderator's, "forensics": [{"token": id, "found": what `marketplace forensics --json` says}]}.
Prints a line "fault: ..." for each difference, then what was compared, as JSON.
"""
import collections
import datetime
import re

from marketlog import (
    all_pages, asked, best_version, compare, compared, counted, days_before, downloads, events, fold, get, head, judgments, keys, log_time, names,
    past, precedence, quoted, readers, result, shown_owner, username, written,
)

people = [(person, name) for person, name in names.items() if name]

# Which files were removed otherwise than as their owners asked is known by the time an agent's entry says so.
POINTS = {"hold": -50, "removal": -50}


def reputations(moments):
    """The points of people right after some entries: {(person, rule, agent, detail): (points, since)}."""
    agents, reasons, items, told, snapshots = {}, {}, collections.defaultdict(dict), set(), {}
    ratings, votes = collections.defaultdict(dict), collections.defaultdict(set)

    def state(item, points, position):
        of_agent = items[item[2]]
        if points == 0:
            of_agent.pop(item, None)
        elif of_agent.get(item, (0,))[0] != points:
            of_agent[item] = (points, position)

    def publisher(agent):
        return shown_owner(agent)

    def settle(key, position):
        """What the publisher of an agent has for it; nobody else has anything."""
        agent = agents[key]
        given = list(ratings[key].values())
        points = {
            "downloads": min(agent["readers"], 5000) // 100,
            "rating": 20 if given and sum(given) >= 4 * len(given) else 10 if given and sum(given) >= 3 * len(given) else 0,
            "wasm": 10 if not agent["held"] and any(row["wasm"] and not row["yanks"] and not row["hold"] for row in agent["versions"].values()) else 0,
        }
        if not agent["listed"]:
            points = dict.fromkeys(points, 0)
        owner = publisher(agent)
        for item in [item for item in items[key] if item[1] in points and item[0] != owner]:
            state(item, 0, position)
        for rule, count in points.items():
            if owner:
                state((owner, rule, key, ""), count, position)

    def review(key, author, position):
        helps = author in ratings[key] and len(votes[key, author]) > 5
        state((author, "review", key, ""), 5 if helps else 0, position)

    def violate(person, rule, key, detail, position):
        if person and (person, rule, key, detail) not in items[key]:
            state((person, rule, key, detail), POINTS[rule], position)

    for position, event in enumerate(events):
        kind, data, (stream, *rest) = event["type"], event["data"], event["subject"].split("/")
        key = rest[0]
        if kind == "artifact.removed.v1":
            reasons[key] = data["reason"]
        elif kind == "agent.readers-seen.v1":
            key = data["agent"]
            if days_before(data["day"]) >= days_before(event["recordedtime"][:10]) - 3 and agents[key]["readers"] < 5000:
                new = {(key, data["day"], data["domain"], token) for token in data["readers"]} - told
                told |= new
                agents[key]["readers"] += len(new)
                settle(key, position)
        elif kind in ("review.submitted.v1", "review.edited.v1"):
            ratings[key][rest[1]] = data["rating"]
            review(key, rest[1], position)
            settle(key, position)
        elif kind == "review.withdrawn.v1":
            ratings[key].pop(rest[1], None)
            review(key, rest[1], position)
            settle(key, position)
        elif stream == "vote":
            if kind == "review.voted.v1" and data["helpful"]:
                votes[key, rest[1]].add(rest[2])
            else:
                votes[key, rest[1]].discard(rest[2])
            review(key, rest[1], position)
        elif stream == "agent":
            if kind == "agent.registered.v1":
                agents[key] = {"owners": {data["owner"]: ("owner", position)}, "registrar": data["owner"], "versions": {}, "readers": 0, "held": False, "listed": False}
            agent = agents[key]
            named = agent["versions"].get(data.get("version"))
            if kind == "agent.version-published.v1":
                agent["versions"][data["version"]] = {
                    "publisher": event.get("actor"), "yanks": set(), "hold": False,
                    "wasm": next((artifact["sha256"] for artifact in data["artifacts"] if artifact["role"] == "wasm_module"), None),
                }
                agent["listed"] = data["listed"]
            elif kind == "agent.version-yanked.v1":
                named["yanks"].add(data["authority"] == "owner")
            elif kind == "agent.version-unyanked.v1":
                named["yanks"].discard(data["authority"] == "owner")
            elif kind == "agent.quarantined.v1":
                if named:
                    named["hold"] = True
                    violate(named["publisher"], "hold", key, data["version"], position)
                else:
                    agent["held"] = True
                    if not any(item[1] == "hold" and item[3] == "" for item in items[key]):
                        violate(publisher(agent), "hold", key, "", position)
            elif kind == "agent.quarantine-lifted.v1":
                (named or agent)["hold" if named else "held"] = False
                for item in [item for item in items[key] if item[1:] == ("hold", key, data.get("version", ""))]:
                    state(item, 0, position)
            elif kind == "agent.artifact-removed.v1":
                for version in data["versions"]:
                    if agent["versions"][version]["wasm"] == data["sha256"]:
                        agent["versions"][version]["wasm"] = None
                    if reasons.get(data["sha256"]) != "owner":
                        violate(agent["versions"][version]["publisher"], "removal", key, data["sha256"], position)
            elif kind == "agent.owner-added.v1":
                agent["owners"][data["user"]] = (data["role"], position)
                ratings[key].pop(data["user"], None)
                for (of, author), voters in votes.items():
                    if of == key:
                        if author == data["user"]:
                            voters.clear()
                        voters.discard(data["user"])
                        review(key, author, position)
                review(key, data["user"], position)
            elif kind == "agent.owner-removed.v1":
                agent["owners"].pop(data["user"], None)
                agent["registrar"] = None if agent["registrar"] == data["user"] else agent["registrar"]
            settle(key, position)
        if position in moments:
            snapshots[position] = {item: points for of_agent in items.values() for item, points in of_agent.items()}
    return snapshots


def check_reputations():
    moments = asked["moments"] + [head]
    snapshots = reputations(set(moments))
    for moment in moments:
        for person, name in people:
            mine = sorted((rule, key, detail, points, since) for (who, rule, key, detail), (points, since) in snapshots[moment].items() if who == person)
            for row in mine:
                compared["points for " + row[0]] += 1
            for path in [f"/publishers/{quoted(name)}/reputation?as_of={moment}"] + ([f"/publishers/{quoted(name)}/reputation"] if moment == head else []):
                page = get(path)[2]
                rows = all_pages(path, "points")
                compare(
                    "reputation", path,
                    (page["score"], {row["rule"]: (row["items"], row["points"]) for row in page["rules"] if row["items"]},
                     [(row["rule"], row["agent"], row.get("version") or row.get("sha256") or "", row["points"], row["position"]) for row in rows]),
                    (max(0, sum(row[3] for row in mine)),
                     {rule: (sum(row[0] == rule for row in mine), sum(row[3] for row in mine if row[0] == rule)) for rule in {row[0] for row in mine}},
                     mine))


domains = collections.defaultdict(set)
agent_readers = collections.defaultdict(set)
for event in events:
    data = event["data"]
    if event["type"] == "agent.readers-seen.v1" and days_before(data["day"]) >= days_before(event["recordedtime"][:10]) - 3:
        domains[data["day"]].add(data["domain"])
        agent_readers[data["agent"], data["day"]] |= {(data["domain"], token) for token in data["readers"]}


def check_days(before, suffix):
    days = collections.defaultdict(lambda: [0, 0])
    for (agent, day, version), count in downloads.items():
        days[day][0] += count
    for (agent, day), tokens in agent_readers.items():
        days[day][1] += len(tokens)
    page = get(f"/stats/downloads?days=3660{suffix}")[2]
    compare(
        "downloads by day", suffix, page["days"],
        [
            {"day": day, "downloads": days[day][0], "unique_downloads": days[day][1], "at_most": len(domains[day]) > 1}
            for day in sorted(days) if day < before
        ])
    hours, published = collections.Counter(), collections.defaultdict(lambda: [0, 0, set()])
    for event in events:
        day, hour = event["time"][:10], int(event["time"][11:13])
        if day >= before:
            continue
        if event["type"] == "agent.downloaded.v1":
            hours[datetime.date.fromisoformat(day).isoweekday(), hour] += event["data"]["downloads"]
        elif event["type"] in ("agent.version-published.v1", "agent.registered.v1"):
            published[day][0 if event["type"] == "agent.version-published.v1" else 1] += 1
            published[day][2] |= {event["actor"]} if "actor" in event else set()
    compare(
        "downloads by hour", suffix, get(f"/stats/hours?days=3660{suffix}")[2]["hours"],
        [{"weekday": weekday, "hour": hour, "downloads": count} for (weekday, hour), count in sorted(hours.items())])
    page = get(f"/stats/publishing?days=3660{suffix}")[2]
    compare(
        "publishing", suffix, (page["days"], page["publishers"]),
        ([{"day": day, "versions": row[0], "new_agents": row[1], "publishers": len(row[2])} for day, row in sorted(published.items())],
         len(set().union(*(row[2] for row in published.values())))))
    for key in keys:
        if suffix and fold(key, int(suffix.split("=")[1])) is None:
            continue
        rows = collections.defaultdict(lambda: [0, 0])
        for (agent, day, version), count in downloads.items():
            if agent == key and day < before:
                rows[day, version][0] += count
        for (agent, day, version), tokens in readers.items():
            if agent == key and day < before:
                rows[day, version][1] += len(tokens)
        compare(
            "downloads by version", key + suffix, all_pages(f"/agents/{key}/downloads/versions?days=3660{suffix}", "days"),
            [{"day": day, "version": version, "downloads": row[0], "unique_downloads": row[1]} for (day, version), row in sorted(rows.items())])


def shown(key):
    """An agent with what lists show of it."""
    agent = past(key, head)
    best = best_version(agent["versions"])
    row = agent["versions"][best]
    _, ratings = judgments(key, head)
    days = counted(key, "9999")
    return {
        "key": key, "listed": row["data"]["listed"], "held": agent["hold"] is not None, "data": row["data"],
        "category": (written.get(row["listing"]) or {}).get("category", ""), "owner": shown_owner(agent),
        "rating": (sum(ratings) * 200 + len(ratings)) // (2 * len(ratings)) if ratings else None,
        "downloads": sum(day["downloads"] for day in days), "readers": sum(day["unique_downloads"] for day in days), "days": days,
    }


def check_now():
    agents = [shown(key) for key in keys]
    found = [agent for agent in agents if agent["listed"] and not agent["held"]]

    def collapsed(category):
        return re.sub("[^a-z0-9]", "", category.lower())

    def groups(values):
        return sorted(({"value": value, "agents": count} for value, count in values.items()), key=lambda row: (-row["agents"], row["value"]))
    spelled = collections.defaultdict(collections.Counter)
    for agent in found:
        spelled[collapsed(agent["category"])][agent["category"]] += 1
    categories = {min(names, key=lambda name: (-names[name], name)): sum(names.values()) for names in spelled.values()}
    compare("groups", "category", get("/stats/groups?by=category")[2]["groups"], groups(categories))
    for field in ("runtime", "license"):
        values = collections.Counter(agent["data"].get(field, "") for agent in found)
        page = get(f"/stats/groups?by={field}")[2]
        compare("groups", field, [(row["value"].lower(), row["agents"]) for row in page["groups"]], [(row["value"].lower(), row["agents"]) for row in groups(values)])
    rated = [agent["rating"] for agent in found if agent["rating"] is not None]
    page = get("/stats")[2]
    compare(
        "statistics", "now", (page["agents"], page["rated_agents"], round(page["average_rating"] * 100)),
        (len(found), len(rated), sum(rated) // len(rated)))
    for person, name in people:
        mine = [agent for agent in agents if agent["listed"] and agent["owner"] == person]
        rated = [agent["rating"] for agent in mine if agent["rating"] is not None]
        page = get(f"/publishers/{quoted(name)}/statistics")[2]
        compare(
            "publisher", name,
            (page["total_agents"], page["total_downloads"], page["total_unique_downloads"], round(page["average_rating"] * 100),
             page["verified_agents"], page["wasm_agents"], [agent["id"] for agent in page["top_agents"]]),
            (len(mine), sum(agent["downloads"] for agent in mine), sum(agent["readers"] for agent in mine),
             sum(rated) // len(rated) if rated else 0, 0,
             sum(any(artifact["role"] == "wasm_module" for artifact in agent["data"]["artifacts"]) for agent in mine),
             [agent["key"] for agent in sorted(mine, key=lambda agent: (-agent["readers"], agent["key"]))[:5]]))
    last = datetime.date.fromisoformat(get("/popular")[2]["day"])

    def window(agent, first, past):
        """Downloads and readers of days so many before the last, from the first on and up to the past one."""
        rows = [day for day in agent["days"] if first <= (last - datetime.date.fromisoformat(day["day"])).days < past]
        return sum(day["downloads"] for day in rows), sum(day["unique_downloads"] for day in rows)

    def growth(agent):
        now, before = window(agent, 0, 7)[1], window(agent, 7, 35)[1]
        return (now + 20) * 400 // (before + 80) if now >= 20 else 0
    for category in ["", "Tools", "data-science"]:
        some = [agent for agent in found if not category or collapsed(agent["category"]) == collapsed(category)]
        for by, days in [(by, days) for by in ("readers", "downloads") for days in (7, 30, 90)] + [("trending", 7)]:
            def weight(agent):
                return {"readers": window(agent, 0, days)[1], "downloads": window(agent, 0, days)[0], "trending": growth(agent)}[by]
            ranked = sorted((agent for agent in some if weight(agent) > (100 if by == "trending" else 0)), key=lambda agent: (-weight(agent), agent["key"]))
            path = f"/popular?by={by}&days={days}" + (f"&category={quoted(category)}" if category else "")
            compare(
                "popular", path,
                [(row["rank"], row["id"], row["window_downloads"], row["window_unique_downloads"], round(row.get("growth", 0) * 100)) for row in all_pages(path, "agents")],
                [(rank, agent["key"], *window(agent, 0, days), growth(agent)) for rank, agent in enumerate(ranked, 1)])


def told_by(event, position):
    return {"position": position, "type": event["type"], "actor": event.get("actor"), "token": event.get("token")}


def check_activity():
    def rows(path):
        return [{"position": row["position"], "type": row["type"], "actor": row.get("actor", {}).get("id"), "token": row.get("token")} for row in all_pages(path, "activity")]

    def expected(is_meant):
        return [told_by(event, position) for position, event in reversed(list(enumerate(events))) if is_meant(event)]
    for person, _ in people:
        compare("activity", person, rows(f"/activity?user={person}"), expected(lambda event: event.get("actor") == person))
    for key in keys[:4]:
        compare(
            "activity", key, rows(f"/activity?agent={key}"),
            expected(lambda event: event["subject"].split("/")[0] in ("agent", "review", "star", "vote") and event["subject"].split("/")[1] == key and "actor" in event))
    for asked_for in asked["forensics"]:
        token = asked_for["token"]
        compare("activity", token, rows(f"/activity?token={token}"), expected(lambda event: event.get("token") == token))
        line, grew = {token}, True
        while grew:
            more = {
                event["subject"].split("/")[1] for event in events
                if event["type"] == "token.issued.v1" and (event["data"].get("issuer") in line or event["data"].get("replaces") in line)
            }
            grew = not more <= line
            line |= more
        given, roles = set(), []

        def by_role(position, event, who):
            """True for what somebody does on what they have a role on by now: on it, or on an agent of the namespace."""
            for person, stream, since in roles:
                space = stream.removeprefix("namespace/")
                is_below = space != stream and event["subject"].startswith(f"agent/{space}.")
                if who == person and position > since and (event["subject"] == stream or is_below):
                    return True
            return False
        for position, event in enumerate(events):
            data = event["data"]
            if "inviter" in data and (data["inviter_token"] in line or by_role(position, event, data["inviter"])):
                given.add(position)
                roles.append((data["user"], event["subject"], position))
        deeds = [position for position, event in enumerate(events) if event.get("token") in line or position in given or by_role(position, event, event.get("actor"))]
        compare("forensics", token, [deed["position"] for deed in asked_for["found"]["deeds"]], deeds)
        compare("forensics", "tokens of " + token, {row["id"] for row in asked_for["found"]["tokens"]} == line, True)


check_reputations()
check_days("9999", "")
for moment in asked["moments"] + [head]:
    check_days(log_time[moment][:10], f"&as_of={moment}")
check_now()
check_activity()
print(result())
