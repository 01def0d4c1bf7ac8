"""Takes documents of Markdown apart by markdown-it-py. Reads JSON strings, a document a line; prints what each is made of, a JSON list a
line: ["open", element, …], ["close"], ["text", words] and so on, with texts that follow each other as one.
"""
import json
import re
import sys

from markdown_it import MarkdownIt

ELEMENTS = {
    "paragraph_open": "paragraph", "blockquote_open": "quotation", "list_item_open": "item", "table_open": "table",
    "th_open": "cell", "td_open": "cell", "em_open": "emphasis", "strong_open": "strong", "s_open": "struck",
}
UNSEEN = {"thead_open", "thead_close", "tbody_open", "tbody_close"}


CELLS = {"th_open", "td_open"}


def alignment(token):
    """The side to which the column of a cell is set."""
    return [(token.attrs or {}).get("style", "").removeprefix("text-align:")]


def parts(tokens):
    in_head = False
    for number, token in enumerate(tokens):
        kind = token.type
        if kind in UNSEEN:
            in_head = kind == "thead_open"
        elif kind in ELEMENTS:
            yield ["open", ELEMENTS[kind]] + ([-1] if kind == "list_item_open" else alignment(token) if kind in CELLS else [])
        elif kind == "heading_open":
            yield ["open", "heading", int(token.tag[1])]
        elif kind in ("bullet_list_open", "ordered_list_open"):
            # Its paragraphs are hidden where it is tight.
            inner = next((t for t in tokens[number + 1:] if t.type == "paragraph_open" and t.level == token.level + 2), None)
            start = -1 if kind == "bullet_list_open" else int((token.attrs or {}).get("start", 1))
            yield ["open", "list", start, int(inner is None or inner.hidden)]
        elif kind == "tr_open":
            yield ["open", "row", int(in_head)]
        elif kind == "link_open":
            yield ["open", "link", token.attrs["href"]]
        elif kind.endswith("_close"):
            yield ["close"]
        elif kind == "inline":
            yield from parts(token.children)
        elif kind == "text":
            yield ["text", token.content]
        elif kind == "code_inline":
            yield ["code", token.content]
        elif kind in ("fence", "code_block"):
            yield ["lines", token.content, token.info.split(" ")[0] if token.info else ""]
        elif kind == "image":
            yield ["image", token.attrs["src"], words(token.children)]
        elif kind in ("html_inline", "html_block"):
            # Its tags are left out.
            text = re.sub(r"<!--.*?-->|<[^>]*>", "", token.content, flags=re.S)
            if text.strip():
                yield ["text", text]
        else:
            yield [{"softbreak": "soft", "hardbreak": "hard", "hr": "rule"}[kind]]


def words(tokens):
    """The words in the place of a picture."""
    return "".join(words(t.children) if t.type == "image" else " " if t.type == "softbreak" else t.content for t in tokens)


def merged(found):
    out = []
    for part in found:
        if part[0] == "text" and out and out[-1][0] == "text":
            out[-1] = ["text", out[-1][1] + part[1]]
        elif part != ["text", ""]:
            out.append(part)
    return out


judge = MarkdownIt("commonmark").enable(["table", "strikethrough"])
for line in sys.stdin:
    print(json.dumps(merged(parts(judge.parse(json.loads(line))))))
