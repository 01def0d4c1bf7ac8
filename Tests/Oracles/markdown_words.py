"""What markdown-it-py makes of documents in Markdown. Reads JSON strings, a document a line; prints a JSON document a line: `html`, the
pieces of HTML in it, `links`, where links and pictures lead to, and `text`, its words with one space between them.
"""
import json
import sys

from markdown_it import MarkdownIt

judge = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def walk(tokens):
    for token in tokens:
        yield token
        yield from walk(token.children or [])


for line in sys.stdin:
    tokens = list(walk(judge.parse(json.loads(line))))
    print(json.dumps({
        "html": [t.content for t in tokens if t.type in ("html_inline", "html_block")],
        "links": [t.attrs.get("href", t.attrs.get("src", "")) for t in tokens if t.type in ("link_open", "image")],
        "text": " ".join("".join(
            " " if t.type in ("softbreak", "hardbreak", "paragraph_close", "td_close") else t.content
            for t in tokens if t.type not in ("inline", "image")).split()),
    }))
