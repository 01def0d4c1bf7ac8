"""Reads feeds by feedparser. Reads JSON strings, a document a line; prints for each a JSON document: whether it is well-formed, its id,
when it was updated, and its entries with id, title, summary, author, link, published and updated.
"""
import json
import sys

import feedparser

for line in sys.stdin:
    found = feedparser.parse(json.loads(line).encode(), sanitize_html=False, resolve_relative_uris=False)
    print(json.dumps({
        "version": found.version,
        "sound": not found.bozo,
        "id": found.feed.get("id"),
        "updated": found.feed.get("updated"),
        "self": [link.href for link in found.feed.get("links", []) if link.rel == "self"],
        "entries": [
            {name: entry.get(name) for name in ("id", "title", "summary", "author", "link", "published", "updated")}
            for entry in found.entries
        ],
    }))
