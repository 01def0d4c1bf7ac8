"""Labelled queries: what people type, with the packages that they expect.

Those of six kinds are made from a catalogue, always the same ones of the same catalogue: whole ids, names of packages, last
parts of them, titles, words that no other agent has, and names with one typing error. The others were judged by three
hands that did not know of each other, in `queries.jsonl`, `second.jsonl` and `third.jsonl`: each names the packages with grades
from 1 (related) to 3 (expected first), and says why. Whoever judges more adds a file to `HANDS`.
"""

import hashlib
import json
import pathlib
import re

HERE = pathlib.Path(__file__).parent
REGISTRIES = {"node": "npm", "python": "pypi", "go": "go", "java": "maven"}
HANDS = {"by hand": "queries.jsonl", "second hand": "second.jsonl", "third hand": "third.jsonl"}
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def number(*words):
    """A number that looks random and is the same in each run."""
    return int.from_bytes(hashlib.sha256("\0".join(words).encode()).digest()[:8])


def some(packages, kind, count):
    """So many of the packages, for one kind of query."""
    return sorted(packages, key=lambda package: number(kind, package["package"]))[:count]


def agent_id(package):
    """The id under which a package is imported, by the rule of `marketplace import`."""
    name = re.sub(r"[^a-z0-9./]+", "-", package["package"].lower().replace("@", ""))
    name = re.sub(r"-*[./]-*", ".", name)
    name = re.sub(r"\.+", ".", name).strip("-.")
    return f"{REGISTRIES.get(package.get('runtime'), 'other')}.{name}"


def read(path):
    """The packages of a catalogue: of each what the file says last, and of those with one id the first."""
    packages = {}
    for line in pathlib.Path(path).read_text().splitlines():
        package = json.loads(line)
        packages[package["package"]] = package
    by_id = {}
    for package in packages.values():
        by_id.setdefault(agent_id(package), package)
    return list(by_id.values())


def last_part(package):
    return package["package"].rstrip("/").rsplit("/", 1)[-1]


def words(text):
    return set(re.findall(r"[^\W\d_]{5,}", (text or "").lower()))


def mistyped(name):
    """The name with one letter too many or too few, another one, or two that changed places."""
    place = 1 + number("place", name) % (len(name) - 2)
    letter = LETTERS[number("letter", name) % 26]
    edits = [
        name[:place] + letter + name[place:],
        name[:place] + name[place + 1 :],
        name[:place] + letter + name[place + 1 :],
        name[:place] + name[place + 1] + name[place] + name[place + 2 :],
    ]
    return next((edit for edit in edits[number("edit", name) % 4 :] + edits if edit != name), name)


def made(packages, count):
    """So many queries of each kind that are made from a catalogue."""

    def label(kind, query, *expected):
        return {"kind": kind, "query": query, "answers": {package["package"]: 3 for package in expected}}

    for package in some(packages, "full id", count):
        yield label("full id", agent_id(package), package)
    for package in some(packages, "package", count):
        yield label("package", package["package"], package)
    for package in some(packages, "last part", count):
        yield label("last part", last_part(package), package)
    titled = [package for package in packages if package.get("name")]
    for package in some(titled, "title", count):
        same = [other for other in titled if other["name"].lower() == package["name"].lower()]
        yield label("title", package["name"], *same)
    holders = {}
    for package in packages:
        for word in words(" ".join(package.get(field) or "" for field in ("package", "name", "description"))):
            holders.setdefault(word, []).append(package)
    rare = {}
    for word, having in sorted(holders.items()):
        if len(having) == 1 and word in words(having[0].get("description")):
            rare.setdefault(having[0]["package"], word)
    having_rare = [package for package in packages if package["package"] in rare]
    for package in some(having_rare, "rare word", count):
        yield label("rare word", rare[package["package"]], package)
    names = {last_part(package).lower() for package in packages}
    long = [package for package in packages if len(last_part(package)) >= 5]
    for package in some([package for package in long if mistyped(last_part(package).lower()) not in names],
                        "typing error", count):
        yield label("typing error", mistyped(last_part(package).lower()), package)


def judged():
    """The queries that were judged by hand, each with whose hand it was."""
    for hand, file in HANDS.items():
        for line in (HERE / file).read_text().splitlines():
            yield dict(json.loads(line), hand=hand)
