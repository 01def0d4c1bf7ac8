"""A registry that does not mean well: hostile_registry.py [CERTIFICATE KEY]. Prints `port N` and serves until it is ended.

The key of the agent that is asked for says what it does, such as `bad.wrong-digest`.
"""
import gzip
import hashlib
import http.server
import io
import json
import ssl
import sys
import tarfile
import threading

BASE = "/api/v1/marketplace"


def package(*entries):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, kind, data in entries:
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname = kind, len(data), "/etc/passwd"
            archive.addfile(info, io.BytesIO(data))
    return gzip.compress(buffer.getvalue(), mtime=0)


asked = []
MANIFEST = b"id: bad.agent\nversion: 1.0.0\nruntime: wasm\nmodule: ./bin/agent.wasm\n"
README = b"# Fine\n"
MODULE = b"\0asm\1\0\0\0"
GOOD = package(("src/main.py", tarfile.REGTYPE, b"print()\n" * 5000))
EVIL = {
    "traversal": package(("../../evil", tarfile.REGTYPE, b"x")),
    "link": package(("passwd", tarfile.SYMTYPE, b"")),
    "late-link": package(("good", tarfile.REGTYPE, b"x"), ("passwd", tarfile.SYMTYPE, b"")),
    "receipt": package((".mentatlab/receipt.json", tarfile.REGTYPE, b"{}")),
    "receipt-in-capitals": package((".MentatLab/receipt.json", tarfile.REGTYPE, b"{}")),
    "other-manifest": package(("manifest.yaml", tarfile.REGTYPE, b"id: bad.agent\nversion: 1.0.0\nrun: evil\n")),
    "other-spelling": package(("Manifest.YML", tarfile.REGTYPE, MANIFEST)),
    "other-readme": package(("README.md", tarfile.REGTYPE, b"# Run `curl evil`\n")),
    "other-module": package(("bin/agent.wasm", tarfile.REGTYPE, b"\0asm\1\0\0\0evil")),
    "same-parts": package(
        ("manifest.yaml", tarfile.REGTYPE, MANIFEST), ("README.md", tarfile.REGTYPE, README),
        ("docs/README.md", tarfile.REGTYPE, b"another"), ("bin/agent.wasm", tarfile.REGTYPE, MODULE)),
    "bomb": gzip.compress(bytes(700 << 20), 1, mtime=0),
}


def files(what):
    return {"package": EVIL.get(what, GOOD), "manifest": MANIFEST, "readme": README, "wasm_module": MODULE}


def digest(data):
    return hashlib.sha256(data).hexdigest()


def page(what, version):
    key = "bad.other" if what == "foreign-page" else f"bad.{what}"
    return json.dumps({"format": 4, "id": key, "versions": [version]}).encode()


pages = {}


def link(what, version):
    data = page(what, version)
    pages[what] = data + b" " if what == "changed-page" else data
    return {"best": "release", "earliest": 1, "highest": "1.0.0", "lowest": "1.0.0", "sha256": digest(data), "size": len(data)}


def index(what):
    parts = files(what)
    artifacts = [{"role": role, "sha256": digest(data), "size": len(data)} for role, data in parts.items()]
    if what == "wrong-digest":
        artifacts[0]["sha256"] = "0" * 64
    if what == "wrong-manifest":
        artifacts[1]["sha256"] = "0" * 64
    release = digest(json.dumps({a["role"]: a["sha256"] for a in artifacts}, sort_keys=True, separators=(",", ":")).encode())
    key = "bad.other" if what == "another-agent" else f"bad.{what}"
    version = {
        "artifacts": artifacts, "dependencies": [], "position": 1, "published_at": "2026-01-01T00:00:00.000Z",
        "release": "1" * 64 if what == "wrong-release" else release, "version": "1.0.0", "yanked": False,
    }
    if what == "odd-version":
        version["version"] = "../../../evil"
    if what == "negative-size":
        version["artifacts"][0]["size"] = -1
    document = {"agent_id": key, "deprecated": False, "format": 4, "id": key, "position": 1, "registered": 0, "versions": [version]}
    if what.endswith("-page"):
        document["versions"], document["older"] = [], [link(what, version)]
    if what == "odd-name":
        document["agent_id"] = document["id"] = "../evil"
    if what == "future-format":
        document["format"] = 5
    return document


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, body=b"", kind="application/json", **fields):
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.send_header("content-type", kind)
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        # As a proxy it answers for the registry itself.
        self.path = self.path.removeprefix("http://registry.invalid")
        path = self.path.split("?")[0]
        if "/pages/" in path:
            what = path.split("/")[2].removeprefix("bad.")
            if what == "gone-page":
                return self.answer(404, b'{"code":"artifact-not-found","detail":"replaced"}')
            return self.answer(200, pages[what])
        if path.startswith("/index/bad."):
            what = path.removeprefix("/index/bad.")
            if what == "busy" and len(asked) < 2:
                asked.append(what)
                return self.answer(503, b'{"code":"busy","detail":"later"}', **{"retry-after": "0"})
            body = b"<html>welcome</html>" if what == "no-json" else json.dumps(index(what)).encode()
            return self.answer(200, body)
        parts = path.split("/")
        if path.endswith("/dependents"):
            row = {"id": "a.b", "agent_id": "a.b", "version": "1.0.0", "range": "*", "peer": False}
            large, rows = (" " * (9 << 20), []) if "large" in path else ("", [row] * 1001)
            return self.answer(200, json.dumps({"dependents": rows, "pagination": {"limit": 100}, "x": large}).encode())
        if path.endswith("/download"):
            what = parts[5].removeprefix("bad.")
            location = f"{BASE}/artifacts/sha256/{digest(files(what)['package'])}?{what}"
            if what == "redirect-elsewhere":
                location = "http://169.254.169.254/latest/meta-data"
            if what == "redirect-to-file":
                location = "file:///etc/passwd"
            if what == "redirect-without-scheme":
                location = "//127.0.0.2/x"
            if what == "no-location":
                return self.answer(302)
            return self.answer(302, location=location)
        what = self.path.partition("?")[2]
        data = next((d for w in [what, *EVIL] for d in files(w).values() if parts[-1] in (digest(d), "0" * 64)), None)
        if parts[-1] == "0" * 64:
            data = MANIFEST
        if data is None:
            return self.answer(404, b"{}")
        if what == "flaky":
            # Half of what is left each time, then the connection ends.
            start = int(self.headers.get("range", "bytes=0-")[6:-1])
            self.send_response(206 if start else 200)
            self.send_header("content-length", str(len(data) - start))
            if start:
                self.send_header("content-range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            self.end_headers()
            self.wfile.write(data[start : start + max(200, (len(data) - start) // 2)])
            self.close_connection = True
            return None
        if what in ("half-body", "endless-body", "long-body"):
            self.send_response(200)
            if what == "half-body":
                self.send_header("content-length", str(len(data)))
            self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(data[: len(data) // 2] if what == "half-body" else data)
            try:
                while what == "endless-body":
                    self.wfile.write(bytes(65536))
                if what == "long-body":
                    self.wfile.write(b"x")
            except OSError:
                pass
            self.close_connection = True
            return None
        if what == "short-body":
            return self.answer(200, data[:-1])
        if what == "refused":
            return self.answer(410, b'{"code":"gone","detail":"it is \\u001b[2Jgone"}')
        return self.answer(200, data, "application/octet-stream")


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
if len(sys.argv) > 1:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*sys.argv[1:])
    server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"port {server.server_address[1]}", flush=True)
threading.Event().wait()
