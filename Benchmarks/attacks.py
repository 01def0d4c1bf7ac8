"""Attacks a marketplace with its default limits and prints what that cost. argv: the folder of the release build.

It runs alone on this machine over a private Postgres, and everything goes to loopback.
"""
import gzip
import http.client
import io
import json
import multiprocessing
import os
import pathlib
import socket
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

build = pathlib.Path(sys.argv[1])
BASE = "/api/v1/marketplace"


def connect():
    return http.client.HTTPConnection("127.0.0.1", port, timeout=60)


def send(method, path, body=None, token=None, type_="application/json", client=None):
    client = client or connect()
    fields = {"Content-Type": type_} if body is not None else {}
    if token:
        fields["Authorization"] = f"Bearer {token}"
    client.request(method, path if path.startswith("/") else f"{BASE}/{path}", body, fields)
    answer = client.getresponse()
    return answer.status, answer.read(), answer


def form(parts):
    lines = []
    for name, data in parts:
        lines += [b"--b", f'Content-Disposition: form-data; name="{name}"; filename="{name}"'.encode(), b"", data]
    return b"\r\n".join(lines + [b"--b--", b""])


def manifest(name, version="1.0.0", more=""):
    return f"id: {name}\nversion: {version}\nimage: x:1\ndescription: d\ninputs: []\noutputs: []\n{more}".encode()


def publish(parts, token):
    return send("POST", "publish", form(parts), token, "multipart/form-data; boundary=b")


def archive(names):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = 1
            tar.addfile(info, io.BytesIO(b"x"))
    return gzip.compress(raw.getvalue(), 9, mtime=0)


def status(field):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1])


def cpu():
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def head():
    return json.loads(send("GET", "projections")[1])["projections"][0]["head"]


def entry_bytes(start):
    total, position = 0, start
    while True:
        page = json.loads(send("GET", f"events?from={position}&limit=1000")[1])
        total += sum(len(json.dumps(event["entry"], separators=(",", ":"), ensure_ascii=False).encode()) for event in page["events"])
        if page["next"] == position:
            return total
        position = page["next"]


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(share * len(times)))] * 1000


def timed(times, count, work):
    for _ in range(count):
        begin = time.monotonic()
        work()
        times.append(time.monotonic() - begin)


folder = tempfile.mkdtemp(prefix="attacks-")
errors = open(f"{folder}.log", "wb")
process = subprocess.Popen([build / "marketplace", "up", "--data", folder, "--port", "0", "--download-flush", "5"], stdout=subprocess.PIPE, stderr=errors, text=True)
try:
    port = 0
    for line in process.stdout:
        if "ready at" in line:
            port = int(line.rsplit(":", 1)[1])
            break
    admin = pathlib.Path(f"{folder}/admin-token").read_text().strip()
    capabilities = "capabilities: [" + ",".join(f"c{index}{'x' * 180}" for index in range(250)) + "]\n"
    for number in range(60):
        assert publish([("manifest", manifest("acme.large", f"1.{number}.0", capabilities))], admin)[0] == 201
    people = []
    for number in range(9):
        code, body, _ = send("POST", "users", json.dumps({"name": f"person-{number + 2}"}))
        people.append(json.loads(body)["token"])
    assert publish([("manifest", manifest("acme.tool")), ("package", archive(["a"]))], admin)[0] == 201
    time.sleep(2)

    # Readers who ask for the largest page and take nothing of it.
    before, quiet, beside = status("VmRSS"), [], []
    client = connect()
    page = lambda: send("GET", "agents/acme.tool", client=client)
    timed(quiet, 2000, page)
    readers = []
    for _ in range(60):
        reader = socket.socket()
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(("127.0.0.1", port))
        reader.sendall(f"GET {BASE}/events?from=0&limit=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        readers.append(reader)
    timed(beside, 2000, page)
    print(f"60 readers who take nothing: resident memory {before} KiB before, {status('VmRSS')} KiB beside them; p99 of a page {percentile(quiet, 0.99):.2f} ms before, {percentile(beside, 0.99):.2f} ms beside them", flush=True)
    for reader in readers:
        reader.close()

    # Archives whose names cost work.
    mark = "\u0315\u0300\u0327" * 3
    deep = archive("/".join([f"{index}{part}a{mark}"[:30] for part in range(31)]) for index in range(8000))
    shallow = archive("/".join([f"{part}a{mark}" for part in range(30)]) + f"/{index}" for index in range(8000))
    for name, package in (("all new", deep), ("one folder", shallow)):
        begin = cpu()
        code, body, _ = publish([("manifest", manifest(f"person-2.{name.replace(' ', '-')}")), ("package", package)], people[0])
        print(f"archive of {len(package)} bytes, 8000 entries 31 folders deep, {name}: {cpu() - begin:.2f} s of CPU, answered {code}", flush=True)
    usual, hindered = [], []
    number = iter(range(1000))
    plain = lambda: publish([("manifest", manifest("acme.tool", f"2.{next(number)}.0")), ("package", archive(["a"]))], admin)
    timed(usual, 20, plain)

    def attack(token):
        os.nice(19)
        while True:
            publish([("manifest", manifest("person-9.x")), ("package", deep)], token)

    # In processes of their own that give way: their own work is on other machines, and would be measured as the server's.
    attackers = [multiprocessing.Process(target=attack, args=(token,), daemon=True) for token in people[:8]]
    for attacker in attackers:
        attacker.start()
    time.sleep(1)
    timed(hindered, 20, plain)
    for attacker in attackers:
        attacker.terminate()
        attacker.join()
    print(f"a publish: median {percentile(usual, 0.5):.1f} ms alone, {percentile(hindered, 0.5):.1f} ms beside 8 such archives ({percentile(hindered, 0.5) / percentile(usual, 0.5):.1f} times)", flush=True)

    # Stars of one account for 8 s, and 300,000 downloads of one client.
    start, answers = head(), {}
    client, end = connect(), time.monotonic() + 8
    while time.monotonic() < end:
        for method in ("PUT", "DELETE"):
            code = send(method, "agents/acme.large/star", token=people[8], client=client)[0]
            answers[code] = answers.get(code, 0) + 1
    print(f"8 s of stars: {head() - start} entries, {entry_bytes(start)} bytes; answers {answers}", flush=True)
    start = head()

    def download(count):
        client = connect()
        for _ in range(count):
            client.request("GET", f"{BASE}/agents/acme.tool/versions/latest/download")
            client.getresponse().read()

    begin = time.monotonic()
    clients = [threading.Thread(target=download, args=(37_500,)) for _ in range(8)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    seconds = time.monotonic() - begin
    time.sleep(12)
    waiting = json.loads(send("GET", "/health/downloads")[1])
    print(f"300000 downloads in {seconds:.0f} s: {head() - start} entries, {entry_bytes(start)} bytes; {waiting}", flush=True)
finally:
    process.terminate()
    process.wait(30)
    subprocess.run(["rm", "-rf", folder])
