"""Prints the manifest of an agent that claims everything: the title of a famous one, as many tags as there may be, and a
description of all the words that the labelled queries have. argv: its id."""

import collections
import json
import sys

import labels

words = collections.Counter()
for label in labels.judged():
    # What stands in an agent is no typing error.
    if label["kind"] == "misspelt":
        continue
    words.update(word for word in label["query"].lower().replace('"', " ").split() if len(word) > 2)
every = [word for word, _ in words.most_common()]
description = ""
for word in every:
    if len(description) + len(word) < 8_000:
        description += word + " "
print(json.dumps({
    "id": sys.argv[1], "version": "1.0.0", "image": "test/spam:1", "description": description.strip(), "inputs": [],
    "outputs": [], "ui": {"title": "GitHub MCP Server", "catalog": {"category": "databases", "tags": every[:32]}},
}, ensure_ascii=False))
