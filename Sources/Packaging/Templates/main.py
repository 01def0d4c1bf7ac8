"""Reads one JSON object from stdin and answers on stdout, a JSON object a line."""
import json
import sys


def main():
    try:
        request = json.load(sys.stdin)
    except ValueError as error:
        print(json.dumps({"error": f"stdin is no JSON: {error}"}))
        return 2
    spec = request.get("spec", request)
    print(json.dumps({"type": "output", "data": {"key": "echo", "value": spec.get("text", "")}}))
    print(json.dumps({"result": {"echo": spec.get("text", "")}, "mentat_meta": {}}))
    return 0


sys.exit(main())
