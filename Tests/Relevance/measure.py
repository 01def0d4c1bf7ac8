"""Sends the labelled queries to a marketplace and prints how well it answers.

Usage: measure.py CATALOGUE URL [--count N] [--spam ID] [--misses] [--json]
The catalogue and `agents.jsonl`, which has agents in languages that the catalogue has not, are imported there.

Of each kind: how many queries have an expected agent first (recall at 1) and among the first ten (recall at 10), the mean
reciprocal rank of the first expected one, and the normalized discounted cumulative gain of the first ten with the gains
2^grade - 1. An agent counts as expected where its grade is 3. With `--spam`, how often the agent of that id is among the
first three, or before one that is an answer.
"""

import argparse
import http.client
import json
import math
import urllib.parse

import labels


def gain(grades):
    return sum((2**grade - 1) / math.log2(rank + 2) for rank, grade in enumerate(grades[:10]))


def answers(connection, query, limit=10):
    connection.request("GET", f"/api/v1/marketplace/agents?limit={limit}&q=" + urllib.parse.quote(query))
    response = connection.getresponse()
    body = response.read()
    assert response.status == 200, f"{query}: {response.status} {body}"
    return [agent["id"] for agent in json.loads(body)["agents"]]


def spammed_answers(connection, query, grades, spam):
    """What is found where an agent that claims everything stands before one that answers, or among the first three."""
    found = answers(connection, query, limit=100)
    place = found.index(spam)
    # Where there are but two others, it may be the third and last.
    is_spammed = (place < 3 and place < len(found) - 1) or any(grades.get(agent, 0) > 0 for agent in found[place:])
    return [found] if is_spammed else []


def measure(arguments):
    catalogue = labels.read(arguments.catalogue)
    everything = [*catalogue, *labels.read(labels.HERE / "agents.jsonl")]
    ids = {package["package"]: labels.agent_id(package) for package in everything}
    url = urllib.parse.urlsplit(arguments.url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    kinds, spammed = {}, []
    for label in [*labels.made(catalogue, arguments.count), *labels.judged()]:
        grades = {ids[package].replace("_", "-"): grade for package, grade in label["answers"].items()}
        found = answers(connection, label["query"])
        if arguments.spam in found:
            spammed += [f"{label['query']}: {found}"
                        for found in spammed_answers(connection, label["query"], grades, arguments.spam)]
        ranks = [rank for rank, agent in enumerate(found) if grades.get(agent) == 3]
        figures = (
            ranks[:1] == [0], bool(ranks), 1 / (ranks[0] + 1) if ranks else 0,
            gain([grades.get(agent, 0) for agent in found]) / gain(sorted(grades.values(), reverse=True)),
        )
        # The kinds of the other hands are those of the first and not told apart.
        hand = label.get("hand")
        for kind in ([label["kind"]] if hand in (None, "by hand") else []) + ([hand] if hand else []):
            kinds.setdefault(kind, []).append(figures)
        if arguments.misses and (figures[3] < 0.7 if label.get("hand") else not figures[1]):
            print(f"{label['kind']}: {label['query']!r} {figures[3]:.2f} wants {list(grades)[:4]} got {found[:5]}")
    rows = {
        kind: dict(zip(("recall_1", "recall_10", "mrr", "ndcg_10"), (sum(of) / len(rows) for of in zip(*rows))),
                   queries=len(rows))
        for kind, rows in kinds.items()
    }
    return rows, spammed


parser = argparse.ArgumentParser()
parser.add_argument("catalogue")
parser.add_argument("url")
parser.add_argument("--count", type=int, default=100)
parser.add_argument("--spam")
parser.add_argument("--misses", action="store_true")
parser.add_argument("--json", action="store_true")
arguments = parser.parse_args()
found, spammed = measure(arguments)
if arguments.json:
    # In thousandths, which any reader of JSON has as whole numbers.
    thousandths = {kind: {name: int(value * 1000) for name, value in row.items()} for kind, row in found.items()}
    print(json.dumps({"kinds": thousandths, "spammed": spammed}))
else:
    print(f"{'kind':16}{'queries':>8}{'recall@1':>10}{'recall@10':>11}{'MRR':>8}{'nDCG@10':>9}")
    for kind, row in found.items():
        print(f"{kind:16}{row['queries']:8}{row['recall_1']:10.2f}{row['recall_10']:11.2f}"
              f"{row['mrr']:8.2f}{row['ndcg_10']:9.2f}")
    if arguments.spam:
        print(f"{arguments.spam} stands where it should not for {len(spammed)} queries: {spammed[:10]}")
