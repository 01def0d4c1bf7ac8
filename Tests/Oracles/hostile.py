"""Sends requests that nobody means well with, and says what came back.

argv: port, token, how many requests. The corpus is gone through over and over, each request on a connection of its
own, by 8 threads. Prints a line of JSON for each entry of the corpus: name, how often it was sent, the answers seen
("status code", or "closed" where none came), and those that were expected.
"""
import collections
import json
import socket
import sys
import threading

port, token, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
BASE = "/api/v1/marketplace"
MEGABYTE = 1 << 20
corpus = []


def add(name, request, *expected):
    corpus.append((name, request if isinstance(request, bytes) else request.encode(), set(expected)))


# --- HTTP itself


def head(*lines):
    return "\r\n".join(lines + ("", "")).encode("latin-1")


HOST = "Host: localhost"
MALFORMED = "400 malformed-request"
add("two differing Content-Length", head(f"POST {BASE}/publish HTTP/1.1", HOST, "Content-Length: 3", "Content-Length: 4") + b"abcd", MALFORMED)
add("two equal Content-Length", head(f"POST {BASE}/publish HTTP/1.1", HOST, "Content-Length: 3", "Content-Length: 3") + b"abc", MALFORMED)
add("Content-Length list", head(f"POST {BASE}/publish HTTP/1.1", HOST, "Content-Length: 3, 3") + b"abc", MALFORMED)
add("negative Content-Length", head(f"POST {BASE}/publish HTTP/1.1", HOST, "Content-Length: -1"), MALFORMED)
add("signed Content-Length", head(f"POST {BASE}/publish HTTP/1.1", HOST, "Content-Length: +3") + b"abc", MALFORMED)
add("endless Content-Length", head(f"POST {BASE}/publish HTTP/1.1", HOST, "Content-Length: " + "9" * 40), MALFORMED, "413 content-too-large")
add("Content-Length with Transfer-Encoding", head(f"POST {BASE}/publish HTTP/1.1", HOST, "Content-Length: 3", "Transfer-Encoding: chunked") + b"0\r\n\r\n", MALFORMED)
add("Transfer-Encoding twice", head(f"POST {BASE}/publish HTTP/1.1", HOST, "Transfer-Encoding: chunked", "Transfer-Encoding: chunked") + b"0\r\n\r\n", MALFORMED, "501 not-implemented")
add("Transfer-Encoding of another kind", head(f"POST {BASE}/publish HTTP/1.1", HOST, "Transfer-Encoding: xchunked") + b"0\r\n\r\n", MALFORMED, "501 not-implemented")
add("Transfer-Encoding with a tab", head(f"POST {BASE}/publish HTTP/1.1", HOST, "Transfer-Encoding:\x0bchunked") + b"0\r\n\r\n", MALFORMED, "501 not-implemented")
add("Transfer-Encoding in HTTP/1.0", head(f"POST {BASE}/publish HTTP/1.0", HOST, "Transfer-Encoding: chunked") + b"0\r\n\r\n", MALFORMED)
add("bare LF", f"GET {BASE}/agents HTTP/1.1\n{HOST}\n\n", MALFORMED)
add("bare CR in a value", head(f"GET {BASE}/agents HTTP/1.1", HOST, "X-A: a\rb"), MALFORMED)
add("CRLF in a value makes a field", head(f"GET {BASE}/agents HTTP/1.1", HOST, "X-A: a\r\nContent-Length: x"), MALFORMED)
add("NUL in a value", head(f"GET {BASE}/agents HTTP/1.1", HOST, "X-A: a\0b"), MALFORMED)
add("obs-fold", head(f"GET {BASE}/agents HTTP/1.1", HOST, "X-A: a", " b"), MALFORMED)
add("space before the colon", head(f"GET {BASE}/agents HTTP/1.1", HOST, "X-A : a"), MALFORMED)
add("a field without a name", head(f"GET {BASE}/agents HTTP/1.1", HOST, ": a"), MALFORMED)
add("HTTP/0.9", f"GET {BASE}/agents\r\n\r\n", MALFORMED)
add("HTTP/2.0", head(f"GET {BASE}/agents HTTP/2.0", HOST), "505 http-version-not-supported", MALFORMED)
add("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 http-version-not-supported", MALFORMED)
add("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\n" * 4, MALFORMED)
add("no Host", head(f"GET {BASE}/agents HTTP/1.1"), MALFORMED)
add("two Hosts", head(f"GET {BASE}/agents HTTP/1.1", HOST, HOST), MALFORMED)
MISDIRECTED = "421 misdirected-request"
for host in ("evil.example", "evil.example:7080", "localhost.evil.example", "evil-localhost", "127.0.0.1.evil.example", "10.0.0.1", "0.0.0.0", "[::2]", "[::ffff:10.0.0.1]", "169.254.169.254", "127.1", "2130706433", "0x7f.0.0.1", "", ":80", "localhost,evil.example"):
    add(f"the Host '{host}'", head(f"GET {BASE}/agents HTTP/1.1", f"Host: {host}"), MISDIRECTED)
for host in ("localhost:x", "localhost@evil.example", "[::1", "[::1]x", "a b", "localhost/", "localhost?", "::1"):
    add(f"the Host '{host}', which is none", head(f"GET {BASE}/agents HTTP/1.1", f"Host: {host}"), MALFORMED)
    add(f"the Host '{host}', which is none, in HTTP/1.0", head(f"GET {BASE}/agents HTTP/1.0", f"Host: {host}"), MALFORMED)
for host in ("localhost", "LOCALHOST:9", "localhost.", "127.0.0.1", "127.0.0.1:80", "127.255.0.9", "[::1]", "[::1]:80", "[::ffff:127.0.0.1]"):
    add(f"the Host '{host}'", head(f"GET {BASE}/agents HTTP/1.1", f"Host: {host}"), "200")
add("a target for another host", head(f"GET http://evil.example{BASE}/agents HTTP/1.1", HOST), MISDIRECTED)
add("a target for this host", head(f"GET http://127.0.0.1{BASE}/agents HTTP/1.1", "Host: evil.example"), "200")
add("another host and a path that is not there", head("GET /nothing HTTP/1.1", "Host: evil.example"), MISDIRECTED)
add("another host and a command", head(f"POST {BASE}/users HTTP/1.1", "Host: evil.example", "Content-Length: 0"), MISDIRECTED)
add("a method that is no token", head(f"G(T {BASE}/agents HTTP/1.1", HOST), MALFORMED)
add("a method that is unknown", head(f"BREW {BASE}/agents HTTP/1.1", HOST), "501 not-implemented")
add("a method that a path does not take", head(f"PATCH {BASE}/agents HTTP/1.1", HOST), "405 method-not-allowed")
add("two spaces in the request line", head(f"GET  {BASE}/agents HTTP/1.1", HOST), MALFORMED)
add("a head of 1 MB", head(f"GET {BASE}/agents HTTP/1.1", HOST, "X-A: " + "a" * MEGABYTE), "431 head-too-large")
add("a target of 1 MB", head(f"GET /{'a' * MEGABYTE} HTTP/1.1", HOST), "414 target-too-long")
add("10,000 fields", head(f"GET {BASE}/agents HTTP/1.1", HOST, *["a: b"] * 10_000), "431 head-too-large")
add("a chunk size that overflows", head(f"POST {BASE}/publish HTTP/1.1", HOST, f"Authorization: Bearer {token}", "Content-Type: multipart/form-data; boundary=x", "Transfer-Encoding: chunked") + b"fffffffffffffffff\r\n", MALFORMED)
add("a chunk size that is signed", head(f"POST {BASE}/publish HTTP/1.1", HOST, f"Authorization: Bearer {token}", "Content-Type: multipart/form-data; boundary=x", "Transfer-Encoding: chunked") + b"-1\r\n", MALFORMED)
add("a chunk longer than it says", head(f"POST {BASE}/publish HTTP/1.1", HOST, f"Authorization: Bearer {token}", "Content-Type: multipart/form-data; boundary=x", "Transfer-Encoding: chunked") + b"1\r\nab\r\n0\r\n\r\n", MALFORMED)
add("framing in the trailers", head(f"POST {BASE}/publish HTTP/1.1", HOST, f"Authorization: Bearer {token}", "Content-Type: multipart/form-data; boundary=x", "Transfer-Encoding: chunked") + b"0\r\nContent-Length: 3\r\n\r\n", MALFORMED)


# --- Paths and parameters


def get(path, *expected):
    add(f"GET {path[:60]}", head(f"GET {path} HTTP/1.1", HOST, "Connection: close"), *expected)


NOTHING, AGENT = "404 path-not-found", "404 agent-not-found"
PARAMETER = "400 invalid-parameter"
get("/%2e%2e/%2e%2e/etc/passwd", NOTHING, MALFORMED)
get("/../../etc/passwd", NOTHING, MALFORMED)
get(f"{BASE}/artifacts/sha256/..%2f..%2fadmin-token", "404 artifact-not-found", NOTHING, MALFORMED)
get(f"{BASE}/artifacts/sha256/" + "g" * 64, "404 artifact-not-found", NOTHING)
get(f"{BASE}/artifacts/sha256/%00", "404 artifact-not-found", NOTHING, MALFORMED)
for odd in ["%2e%2e", "..", "a%2fb", "a%00b", "%c0%ae%c0%ae", "%ff", "%e2%80%ae", "%D0%B0cme.a", "acme.%EF%BC%A1", "%zz", "%", "a" * 5000, "acme.a%0d%0aX:y"]:
    get(f"{BASE}/agents/{odd}", AGENT, NOTHING, MALFORMED)
for odd in ["1." + "9" * 1000 + ".0", "%2e", "latest%00", "1.0.0/..", "1" * 3000]:
    get(f"{BASE}/agents/hostile.none/versions/{odd}", "404 version-not-found", AGENT, NOTHING, MALFORMED)
for odd in ["limit=x", "limit=-1", "limit=99999999999999999999", "limit=0", "cursor=%00", "cursor=" + "a" * 2000, "sort=price", "limit=1&limit=2"]:
    get(f"{BASE}/agents?{odd}", PARAMETER, MALFORMED)
for odd in ["from=-1", "from=1e3", "from=9223372036854775808", "limit=1.0", "type=%00"]:
    get(f"{BASE}/events?{odd}", PARAMETER, MALFORMED)
get(f"{BASE}/agents/hostile.none?min_position=-5", PARAMETER)
get(f"{BASE}/agents?q=%ff%fe", MALFORMED, PARAMETER)


# --- Tokens


def publish(name, parts, *expected, token=token, extra=(), boundary="hostile", content_type=None, close=True):
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    if close:
        body += b"--" + boundary.encode() + b"--\r\n"
    fields = [
        f"POST {BASE}/publish HTTP/1.1", HOST, "Connection: close",
        "Content-Type: " + (content_type or f"multipart/form-data; boundary={boundary}"), f"Content-Length: {len(body)}",
    ]
    if token is not None:
        fields.append(f"Authorization: Bearer {token}")
    add(name, head(*fields, *extra) + body, *expected)


def part(name, content, more=""):
    if isinstance(content, str):
        content = content.encode()
    return f'Content-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + content


SOUND = "id: hostile.sound\nversion: 1.0.0\nimage: a\ndescription: d\ninputs: []\noutputs: []\n"
FOREIGN = "401 not-authenticated"
publish("no token", [part("manifest", SOUND)], FOREIGN, token=None)
publish("a truncated token", [part("manifest", SOUND)], FOREIGN, token=token[:-1])
publish("a mistyped token", [part("manifest", SOUND)], FOREIGN, token=token[:20] + ("0" if token[20] != "0" else "1") + token[21:])
publish("a foreign token", [part("manifest", SOUND)], FOREIGN, token="ghp_" + "a" * 36)
publish("a token of 20 KB", [part("manifest", SOUND)], FOREIGN, token="mlm_" + "a" * 20_000)
publish("a token that is no ASCII", [part("manifest", SOUND)], FOREIGN, MALFORMED, token="mlm_\u00e9")
publish("two tokens", [part("manifest", SOUND)], FOREIGN, MALFORMED, extra=[f"Authorization: Bearer {token}"])
publish("another scheme", [part("manifest", SOUND)], FOREIGN, token=None, extra=[f"Authorization: Basic {token}"])
publish("an idempotency key of 1,000", [part("manifest", SOUND)], PARAMETER, extra=["Idempotency-Key: " + "k" * 1000])
publish("an idempotency key with a space", [part("manifest", SOUND)], PARAMETER, extra=["Idempotency-Key: a b"])
publish("an empty idempotency key", [part("manifest", SOUND)], PARAMETER, extra=["Idempotency-Key:"])

# --- Multipart

PART = "422 invalid-part"
publish("no boundary", [part("manifest", SOUND)], MALFORMED, "415 unsupported-media-type", content_type="multipart/form-data")
publish("no multipart", [part("manifest", SOUND)], "415 unsupported-media-type", content_type="application/json")
publish("a boundary of 1 MB", [], "431 head-too-large", content_type="multipart/form-data; boundary=" + "b" * MEGABYTE)
publish("a boundary of 71", [], MALFORMED, "415 unsupported-media-type", content_type="multipart/form-data; boundary=" + "b" * 71)
publish("10,000 parts", [part(f"p{index}", "x") for index in range(10_000)], PART, MALFORMED)
publish("10,000 manifests", [part("manifest", SOUND)] * 10_000, PART, MALFORMED)
publish("no parts", [], PART, MALFORMED)
publish("a body that is cut off", [part("manifest", SOUND)], MALFORMED, PART, close=False)
publish("a part without a head", [b"\r\nx"], PART, MALFORMED)
publish("a part without a name", [b"Content-Disposition: form-data\r\n\r\nx"], PART, MALFORMED)
publish("a part with a head of 1 MB", [b"X: " + b"a" * MEGABYTE + b"\r\n\r\nx"], PART, MALFORMED, "431 head-too-large", "413 content-too-large")
publish("an unknown part", [part("manifest", SOUND), part("evil", "x")], PART)
publish("a part twice", [part("manifest", SOUND), part("readme", "a"), part("readme", "b")], PART)
publish("nested multipart", [b'Content-Disposition: form-data; name="package"\r\nContent-Type: multipart/mixed; boundary=inner\r\n\r\n--inner\r\n\r\nx\r\n--inner--', part("manifest", SOUND)], PART)
for odd in ["../manifest", "manifest\0", "manifest%0d%0a", "manifest\\", "\u202emanifest", "MANIFEST", ""]:
    publish(f"the part name {odd!r}", [part(odd, SOUND)], PART, MALFORMED)
for odd in ["../../../etc/passwd", "a\0b", "/etc/passwd", "..\\..\\x", "\u202egpj.exe"]:
    publish(f"the file name {odd!r}", [part("manifest", "- no manifest", f'; filename="{odd}"')], "422 invalid-manifest", PART, MALFORMED)
publish("a package that is none", [part("manifest", SOUND), part("package", b"PK\x03\x04")], PART)
publish("an empty package", [part("manifest", SOUND), part("package", b"")], PART)
publish("a module that is none", [part("manifest", SOUND), part("wasm_module", b"\0asm\x02\0\0\0")], PART)
publish("a manifest that is too large", [part("manifest", b"#" * (2 * MEGABYTE))], "413 content-too-large")

# --- Manifests

MANIFEST = "422 invalid-manifest"
JSON_SOUND = {"id": "hostile.sound", "version": "1.0.0", "image": "a", "description": "d", "inputs": [], "outputs": []}


def with_json(**changes):
    return json.dumps(JSON_SOUND | changes)


def with_yaml(**changes):
    lines = {"id": "hostile.sound", "version": "1.0.0", "image": "a", "description": "d", "inputs": "[]", "outputs": "[]"} | changes
    return "".join(f"{name}: {value}\n" for name, value in lines.items())


def manifest(name, content):
    publish(f"manifest: {name}", [part("manifest", content)], MANIFEST)


manifest("empty", "")
manifest("invalid UTF-8", b'{"id":"\xff\xfe"}')
manifest("overlong UTF-8", b'{"id":"\xc0\xae"}')
manifest("a surrogate in UTF-8", b'{"id":"\xed\xa0\x80"}')
manifest("a NUL", b"id: a\0b\n")
manifest("a byte order mark and JSON", b"\xef\xbb\xbf" + b'{"id":"hostile.sound"')
manifest("a name twice", '{"id":"hostile.sound","id":"hostile.other"}')
manifest("a name twice, deep", with_json(annotations={}).replace('"annotations": {}', '"annotations": {"a":{"b":[{"c":1,"c":2}]}}'))
manifest("a name twice, escaped", '{"id":"hostile.sound","\\u0069d":"hostile.other"}')
manifest("a lone surrogate", with_json().replace('"d"', '"\\ud800"'))
manifest("swapped surrogates", with_json().replace('"d"', '"\\udc00\\ud800"'))
manifest("1e400", with_json().replace('"d"', "1e400"))
manifest("a leading zero", with_json().replace('"d"', "01"))
manifest("a comma too many", with_json().replace("[]", "[,]"))
manifest("depth 10,000 of arrays", "[" * 10_000 + "]" * 10_000)
manifest("depth 10,000 of objects", '{"a":' * 10_000 + "1" + "}" * 10_000)
manifest("depth 10,000 of flow YAML", "id: " + "[" * 10_000)
manifest("depth 10,000 of block YAML", "".join(" " * index + "a:\n" for index in range(400)))
manifest("a number of 200 KB", with_json().replace('"d"', "1" * 200_000))
manifest("a fraction of 200 KB", with_json().replace('"d"', "0." + "1" * 200_000))
manifest("two documents", with_yaml() + "---\n" + with_yaml())
manifest("a tag", with_yaml(description="!!python/object/apply:os.system ['true']"))
manifest("a binary tag", with_yaml(description="!!binary aGk="))
manifest("an anchor in a cycle", with_yaml(inputs="&a [*a]"))
manifest("an unknown alias", with_yaml(inputs="*nothing"))
bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9))
manifest("aliases by the million", bomb + with_yaml())
manifest("a merge key", "base: &b {id: hostile.sound}\n<<: *b\n")
manifest("a YAML key twice", with_yaml() + "id: hostile.other\n")
manifest("a complex key", "? [a, b]\n: c\n")
manifest("a tab as indentation", "id:\n\t- a\n")
manifest("a directive", "%YAML 9.9\n---\n" + with_yaml())
manifest("SemVer of 1,000 digits", with_yaml(version="1." + "9" * 1000 + ".0"))
manifest("SemVer with a pre-release of 10,000", with_yaml(version="1.0.0-" + "a" * 10_000))
manifest("SemVer with a leading zero", with_yaml(version="01.0.0"))
manifest("SemVer with a space", with_yaml(version='"1.0.0 "'))
manifest("SemVer of other digits", with_yaml(version="\u0661.0.0"))
for odd in ["..", "../x", "a/b", "a%2fb", "%2e%2e", "hostile.\u0430bc", "hostile.\uff41", "hostile.\u202ea", "hostile.a\u0000b", "hostile.a b", "hostile..a", ".a", "a.", "-a.b", "a" * 300, "con\u0301.a", "\U0001f600.a"]:
    manifest(f"the id {odd[:20]!r}", json.dumps(JSON_SOUND | {"id": odd}))
for name, value in [("id", 5), ("id", None), ("id", ["a"]), ("version", 1.0), ("version", {}), ("description", []), ("inputs", {}), ("inputs", [5]), ("inputs", "x"), ("outputs", None), ("image", True)]:
    manifest(f"{name} of a wrong type {value!r}", with_json(**{name: value}))
manifest("a list", "[]")
manifest("a string", '"x"')
manifest("only a comment", "# nothing\n")
manifest("5,000 inputs", with_json(inputs=[{"name": f"i{index}", "type": "string"} for index in range(5_000)]))
manifest("a description of 200 KB", with_json(description="d" * 200_000))


# --- Commands with a JSON body

BODY, MEDIA, LARGE = "422 invalid-body", "415 unsupported-media-type", "413 content-too-large"


def command(name, method, path, body, *expected, token=token, content_type="application/json", extra=()):
    if isinstance(body, str):
        body = body.encode()
    fields = [f"{method} {BASE}/{path} HTTP/1.1", HOST, "Connection: close", f"Content-Length: {len(body)}"]
    if content_type:
        fields.append(f"Content-Type: {content_type}")
    if token is not None:
        fields.append(f"Authorization: Bearer {token}")
    add(f"{method} {path[:40]}: {name}", head(*fields, *extra) + body, *expected)


BODIES = [
    ("nothing", "", MALFORMED), ("no JSON", "rating=5", MALFORMED), ("two documents", "{}{}", MALFORMED),
    ("a list", "[]", BODY), ("null", "null", BODY), ("a number", "1", BODY), ("no members", "{}", BODY),
    ("invalid UTF-8", b'{"name":"\xff"}', MALFORMED), ("a lone surrogate", '{"name":"\\ud800"}', MALFORMED),
    ("a BOM", b"\xef\xbb\xbf{}", MALFORMED), ("a name twice", '{"name":"a","name":"b"}', MALFORMED),
    ("a name twice, escaped", '{"name":"a","n\\u0061me":"b"}', MALFORMED),
    ("a name twice, deep", '{"a":{"b":{"c":1,"c":2}}}', MALFORMED), ("1e400", '{"rating":1e400}', BODY, MALFORMED),
    ("a fraction", '{"rating":4.5}', BODY), ("depth of 1,900", '{"name":' + "[" * 1_900 + "]" * 1_900 + "}", MALFORMED),
    ("a number of 4,000 digits", '{"rating":' + "9" * 4_000 + "}", BODY, MALFORMED),
    ("100,000 bytes", '{"name":"' + "a" * 100_000 + '"}', LARGE), ("a trailing comma", '{"name":"a",}', MALFORMED),
    ("an unknown member", '{"colour":"red"}', BODY), ("a member with a slash", '{"a/b~c":1}', BODY),
    ("wrong types", '{"name":1,"scopes":2,"kind":3,"reason":4,"rating":"5","note":[],"role":{}}', BODY),
    ("NUL in a text", '{"name":"a\\u0000b","note":"a\\u0000b","text":"a\\u0000"}', BODY),
    ("marks that turn the direction", '{"name":"\u202eb","note":"\u202eb","text":"\u202eb"}', BODY),
    ("a token where none belongs", '{"name":"%s","reason":"%s"}' % (token, token), BODY),
]
for method, path in [
    ("POST", "users"), ("POST", "tokens"), ("POST", "flags"), ("POST", "agents/hostile.none/versions/1.0.0/yank"),
    ("POST", "agents/hostile.none/reviews"), ("PUT", "agents/hostile.none/reviews/mine"),
    ("POST", "agents/hostile.none/invitations"), ("POST", "agents/hostile.none/quarantine"),
    ("DELETE", f"artifacts/sha256/{'0' * 64}"),
]:
    for name, body, *expected in BODIES:
        command(name, method, path, body, *expected)
    command("no type", method, path, '{"a":1}', MEDIA, content_type=None)
    command("a form", method, path, "a=1", MEDIA, content_type="application/x-www-form-urlencoded")
for name in ["", "a", "-ada", "ada-", "a.b", "a b", "\u0430da", "a" * 40, "..", "%2e%2e", "a/b", "ada\n"]:
    command(f"the name {name[:12]!r}", "POST", "users", json.dumps({"name": name}), BODY, token=None)
for address in ["a", "a@", "@b.c", "a@b@c.d", "a b@c.d", "a@b", "a@" + "b" * 300 + ".c", "a@b.c\r\nBcc: d@e.f"]:
    command(f"the address {address[:16]!r}", "POST", "users", json.dumps({"name": "hostile", "email": address}), BODY, token=None)
command("a short key", "POST", "users", '{"name":"hostile"}', PARAMETER, token=None, extra=["Idempotency-Key: 1"])
for scopes in [[], ["publish:"], ["publish:*"], ["publish:..*"], ["publish:a..b"], ["root"], [1], "publish", ["review"] * 17]:
    command(f"scopes {str(scopes)[:24]}", "POST", "tokens", json.dumps({"name": "n", "scopes": scopes}), BODY)
for days in [0, -1, 367, "7", 1e300]:
    body = json.dumps({"name": "n", "scopes": ["review"], "expires_in_days": days})
    command(f"{days} days", "POST", "tokens", body, BODY)
for rating in [0, 6, -1, 1 << 63, "5", True]:
    command(f"rating {rating}", "PUT", "agents/hostile.none/reviews/mine", json.dumps({"rating": rating}), BODY)
command("a text of 7,001", "PUT", "agents/hostile.none/reviews/mine", json.dumps({"rating": 1, "text": "a" * 7001}), BODY)
command("a website that runs", "PUT", "users/me/profile", '{"website_url":"javascript:alert(1)"}', BODY)
for path in ["agents/hostile.none/star", "agents/a%2e%2e/star", "agents/..%2f/star", "agents/%E2%80%AE/star", "agents/a%5Cb/star"]:
    command("an agent that is none", "PUT", path, "", AGENT, content_type=None)
NDJSON = "application/x-ndjson"
LINE = '{"id":"1","agent":"hostile.none","version":"1.0.0","time":"2026-01-01T00:00:00.000Z","reader":"r"}'
for name, body in [
    ("no line", ""), ("blank lines", "\n \r\n\n"), ("an old line", LINE), ("a list", "[]"), ("half a line", LINE[:40]),
    ("a line of 1 MB", '{"id":"' + "a" * MEGABYTE + '"}'), ("11,000 lines", (LINE + "\n") * 11_000),
    ("nested lists", '{"id":' + "[" * 1000), ("two ids", LINE[:-1] + ',"id":"2"}'), ("a NUL", LINE.replace('"r"', '"\\u0000"')),
    ("a stranger's member", LINE[:-1] + ',"count":9}'), ("a number of readers", LINE.replace('"r"', "7")),
    ("bytes that are no text", b'{"id":"\xff"}'), ("a time before 1970", LINE.replace("2026", "1969")),
]:
    command(f"downloads: {name}", "POST", "downloads", body, BODY, "413 content-too-large", content_type=NDJSON)
command("downloads: 5 MB", "POST", "downloads", (LINE + "\n") * 55_000, "413 content-too-large", content_type=NDJSON)
command("downloads as JSON", "POST", "downloads", LINE, MEDIA)
for version in ["", "latest ", "%5E", "~~1", "1.0.0%20||", "%00", "9" * 200, "*%7C%7C*"]:
    command(f"the download of {version[:8]!r}", "GET", f"agents/hostile.none/versions/{version}/download", "", AGENT, MALFORMED, NOTHING, content_type=None)
command("a version of 1,000 digits", "DELETE", f"agents/hostile.none/versions/{'9' * 1000}.0.0/yank", "", AGENT, "404 version-not-found", content_type=None)
command("a name that is nobody's", "DELETE", "agents/hostile.none/owners/%2e%2e", "", AGENT, "404 user-not-found", MALFORMED, content_type=None)
command("a namespace with a dot", "DELETE", "namespaces/a.b/members/admin", "", "404 namespace-not-found", content_type=None)
for invitation in ["", "..", "%00", "0" * 31, "g" * 32, "0" * 32]:
    command(f"the invitation {invitation[:8]!r}", "POST", f"invitations/{invitation}/acceptance", "", "404 invitation-not-found", NOTHING, MALFORMED, content_type=None)
for query in ["everywhere=1", "everywhere=", "everywhere=true&everywhere=true", "everywhere=TRUE"]:
    command(f"a removal with {query}", "DELETE", f"artifacts/sha256/{'0' * 64}?{query}", '{"reason":"legal"}', PARAMETER)
for query in ["erase=all", "erase=", "abandon=yes", "erase=words&erase=words"]:
    command(f"leaving with {query}", "DELETE", f"users/me?{query}", "", PARAMETER, content_type=None)
command("a token that is none", "DELETE", "tokens/..", "", "404 token-not-found", NOTHING, MALFORMED, content_type=None)
for stranger in [None, token[:-1], "mlm_" + "0" * 72, "ghp_" + "a" * 36]:
    for method, path in [("GET", "tokens"), ("DELETE", "users/me"), ("POST", "flags"), ("PUT", "agents/hostile.none/star"), ("GET", "flags")]:
        command(f"the token {str(stranger)[:5]}", method, path, "", FOREIGN, token=stranger, content_type=None)


# --- Sending


def exchange(request):
    """The status and code of the answer."""
    client = socket.create_connection(("127.0.0.1", port), timeout=30)
    try:
        try:
            client.sendall(request)
        except OSError:
            pass  # refused before all was sent; the answer is there
        data = b""
        while True:
            try:
                piece = client.recv(65536)
            except OSError:
                break
            data += piece
            if not piece:
                break
            end = data.find(b"\r\n\r\n")
            if end >= 0:
                length = [line for line in data[:end].lower().split(b"\r\n") if line.startswith(b"content-length:")]
                if length and len(data) >= end + 4 + int(length[0].split(b":")[1]):
                    break
    finally:
        client.close()
    if not data:
        return "closed"
    start, _, body = data.partition(b"\r\n\r\n")
    status = start.split(b" ")[1].decode()
    try:
        return f"{status} {json.loads(body)['code']}"
    except (ValueError, KeyError, TypeError):
        return status


seen = [collections.Counter() for _ in corpus]
lock = threading.Lock()
position = 0


def work():
    global position
    while True:
        with lock:
            if position >= count:
                return
            index = position % len(corpus)
            position += 1
        answer = exchange(corpus[index][1])
        with lock:
            seen[index][answer] += 1


threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for (name, _, expected), answers in zip(corpus, seen):
    print(json.dumps({"name": name, "answers": answers, "expected": sorted(expected), "as_expected": set(answers) <= expected}))
