"""Counts words: a MentatLab agent that reads one JSON object from stdin and answers in NDJSON."""

import collections
import json
import re
import sys
import time


def emit(message):
    print(json.dumps(message, ensure_ascii=False), flush=True)


def fail(message):
    emit({"error": message, "mentat_meta": {"seconds": None}})
    return 2


def main():
    began = time.monotonic()
    try:
        request = json.load(sys.stdin)
    except ValueError as error:
        return fail(f"stdin holds no JSON: {error}")
    if not isinstance(request, dict):
        return fail("stdin has to hold one JSON object")
    # An object without spec counts as the spec itself.
    spec = request.get("spec", request)
    text = spec.get("text") if isinstance(spec, dict) else None
    if not isinstance(text, str):
        return fail("the input 'text' is missing or no string")
    top = spec.get("top", 5)
    if not isinstance(top, int) or isinstance(top, bool) or top < 0:
        return fail("the input 'top' has to be a whole number from 0")

    emit({"type": "progress", "data": {"percent": 0, "message": "counting"}})
    words = re.findall(r"\w+", text.lower())
    # Ties in the order of the alphabet, so that equal texts give equal answers.
    ranked = sorted(collections.Counter(words).items(), key=lambda item: (-item[1], item[0]))
    counts = {
        "words": len(words),
        "lines": len(text.splitlines()),
        "characters": len(text),
        "top": [{"word": word, "count": count} for word, count in ranked[:top]],
    }
    emit({"type": "progress", "data": {"percent": 100, "message": "counted"}})
    meta = {"tokens_input": 0, "tokens_output": 0, "seconds": round(time.monotonic() - began, 6), "model": None}
    emit({"result": {"counts": counts}, "mentat_meta": meta})
    return 0


if __name__ == "__main__":
    sys.exit(main())
