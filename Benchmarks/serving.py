"""The sides of the rows about HTTP: ours, nginx and devpi-server, asked by wrk."""
import base64
import itertools
import json
import os
import random
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

from server import cpu_of, run


class Web:
    """A program that answers HTTP, asked by wrk: one thread, 64 connections that are kept."""

    paths = None
    #: All that were started, so that a run that fails leaves none behind.
    started = []

    def measure(self, seconds):
        script = Path(self.folder) / "paths.lua"
        script.write_text(
            f"local paths = {{}}\nfor line in io.lines('{self.folder}/{self.paths}') do paths[#paths + 1] = line end\n"
            "local index = 0\nrequest = function() index = index % #paths + 1 return wrk.format('GET', paths[index]) end\n")
        return self.wrk(script, seconds, connections=64)

    def wrk(self, script, seconds, connections):
        out = run(["wrk", "-t1", "--timeout", "60s", f"-c{connections}", f"-d{seconds}s", "-s", script, self.url])
        failed = next((line for line in out.splitlines() if line.strip().startswith(("Non-2xx", "Socket errors"))), None)
        if failed:
            raise SystemExit(f"{self.name}: {failed}")
        return float(next(line for line in out.splitlines() if line.startswith("Requests/sec")).split()[1])

    def cpu(self):
        return cpu_of(self.process.pid)

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Marketplace(Web):
    """Ours: everything in one process over the server of this run, with 1,000 agents and two large files."""

    @classmethod
    def over(cls, server, build, folder, database, paths):
        """The same over a database that has agents already; nothing is cached."""
        ours = cls.__new__(cls)
        ours.start(server, build, folder, paths, 0, database)
        return ours

    def __init__(self, server, build, folder, paths, cached=32):
        data = self.start(server, build, folder, paths, cached, "market")
        # The program that founded the log has its token in its own folder.
        shared = Path(folder) / "token"
        if not shared.exists():
            shared.write_text(Path(f"{data}/admin-token").read_text())
            self.token = shared.read_text().strip()
            self.fill()
        self.token = shared.read_text().strip()

    def start(self, server, build, folder, paths, cached, database):
        """Starts the program; returns its data folder."""
        self.server, self.folder, self.paths, self.database = server, folder, paths, database
        self.name = f"marketplace, {cached} MiB of cached answers"
        data = f"{folder}/data-{database}-{cached}"
        with open(f"{folder}/market.out", "w") as out, open(f"{folder}/market.err", "w") as errors:
            self.process = subprocess.Popen([build / "marketplace", "up", "--data", data, "--artifacts", f"{folder}/files", "--database-url", server.url(database), "--port", "0", "--cache-mebibytes", str(cached)], stdout=out, stderr=errors)
        self.started.append(self.process)
        while "ready at" not in (text := Path(f"{folder}/market.out").read_text()):
            if self.process.poll() is not None:
                raise SystemExit(Path(f"{folder}/market.err").read_text())
            time.sleep(0.05)
        self.url = text.split("ready at ")[1].split()[0]
        return data

    def fill(self):
        """Publishes 1,000 agents and 100 packages, and writes what is asked for: pages in Zipf order with lists between, and files."""
        for number in range(1000):
            position = self.publish(f"bench.agent-{number}", "1.0.0", {0: b"x" * 4093, 1: b"y" * (50_000_000 - 3)}.get(number, b""))
        for number in range(100):
            position = self.publish(f"npm.package-{number}", "1.0.0")
        base = "/api/v1/marketplace/agents"
        self.get(f"{base}?min_position={position}")
        random.seed(1)
        weights = [1 / rank for rank in range(1, 1001)]
        pages = [f"{base}/bench.agent-{number}" for number in random.choices(range(1000), weights, k=9000)]
        pages += [f"{base}?limit=20"] * 1000
        random.shuffle(pages)
        Path(f"{self.folder}/pages.txt").write_text("\n".join(pages))
        web = [page.removeprefix("/api/v1/marketplace") for page in pages[:9000] if "?" not in page]
        web += ["/search?q=agent", "/search"] * 500
        random.shuffle(web)
        Path(f"{self.folder}/web.txt").write_text("\n".join(web))
        Path(f"{self.folder}/servers.txt").write_text("/v0.1/servers?limit=100")
        Path(f"{self.folder}/list.txt").write_text(f"{base}?limit=100")
        for number, name in ((0, "file-4k"), (1, "file-50m")):
            version = json.loads(self.get(f"{base}/bench.agent-{number}/versions/1.0.0"))
            url = next(artifact["url"] for artifact in version["artifacts"] if artifact["role"] == "wasm_module")
            Path(f"{self.folder}/{name}.txt").write_text(url)

    def publish(self, agent, version, package=b""):
        """Publishes a version; returns the position of its entry."""
        manifest = f"id: {agent}\nversion: {version}\nimage: a\ndescription: An agent of the benchmark.\ninputs: []\noutputs: []\n".encode()
        parts = [("manifest", manifest)] + ([("wasm_module", b"\x00asm\x01\x00\x00\x00" + package)] if package else [])
        body = b"".join(b'--b\r\nContent-Disposition: form-data; name="' + name.encode() + b'"\r\n\r\n' + content + b"\r\n" for name, content in parts) + b"--b--\r\n"
        request = urllib.request.Request(f"{self.url}/api/v1/marketplace/publish", body, {"Authorization": f"Bearer {self.token}", "Content-Type": "multipart/form-data; boundary=b"})
        with urllib.request.urlopen(request) as answer:
            return int(answer.headers["Marketplace-Position"])

    def get(self, path):
        with urllib.request.urlopen(self.url + path) as answer:
            return answer.read()

    def cpu(self):
        return super().cpu() + self.server.cpu()

    def stop(self):
        super().stop()
        for line in Path(f"{self.folder}/market.err").read_text().splitlines():
            if '"served"' in line:
                turn = json.loads(line)["fields"]
                print(f"  longest turn of the loop: {int(turn['longest_turn_us']) / 1000:.2f} ms, a {turn['longest_turn_of']}", flush=True)

    def resident_mebibytes(self):
        """Resident memory now."""
        line = next(line for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024


class Load:
    """Appends beside what is measured: stars at a rate by callers of the log, and ten new versions a second over HTTP."""

    def __init__(self, ours, build, rate, versions=10):
        self.ours, self.build, self.rate, self.versions = ours, build, rate, versions

    def __enter__(self):
        self.process = subprocess.Popen([self.build / "log-bench", self.ours.server.url(self.ours.database), "star", "64", "3600", str(self.rate - self.versions)], stdout=subprocess.DEVNULL)
        Web.started.append(self.process)
        self.ends = threading.Event()
        self.thread = threading.Thread(target=self.publish)
        self.thread.start()

    def publish(self):
        serial, began = time.time_ns() // 1000, time.monotonic()
        for number in itertools.count(1):
            if not self.versions or self.ends.wait(max(0, began + number / self.versions - time.monotonic())):
                return
            self.ours.publish(f"bench.agent-{random.randrange(1000)}", f"1.{serial}.{number}")

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()
        self.process.terminate()
        self.process.wait()


class Beside:
    """A side while a load goes on."""

    def __init__(self, side, load):
        self.side, self.load, self.name = side, load, f"{side.name}, the same load beside it"
        self.cpu, self.stop = side.cpu, side.stop

    def measure(self, seconds):
        with self.load:
            time.sleep(0.5)
            return self.side.measure(seconds)


class Uploads:
    """Uploads of 100 KB by 16 connections, each of another agent or package."""

    connections = 16

    def measure(self, seconds):
        filler = Path(self.folder) / "filler.bin"
        if not filler.exists():
            filler.write_bytes(os.urandom(99_900))
        script = Path(self.folder) / "uploads.lua"
        fields = "".join(f'["{name}"] = "{value}", ' for name, value in self.fields.items())
        script.write_text(
            f"local filler = io.open('{filler}', 'rb'):read('*a')\nlocal number = {time.time_ns() // 1000}\n"
            f"local fields = {{ {fields} ['content-type'] = 'multipart/form-data; boundary=b' }}\n"
            "local function part(name, value) return '--b\\r\\nContent-Disposition: form-data; name=\"' .. name .. '\\r\\n\\r\\n' .. value .. '\\r\\n' end\n"
            f"request = function()\n  number = number + 1\n  local body = {self.parts}\n"
            f"  return wrk.format('POST', '{self.path}', fields, body .. '--b--\\r\\n')\nend\n")
        return self.wrk(script, seconds, self.connections)


class Publishing(Uploads, Marketplace):
    """Ours: a new agent with a manifest and a module."""

    path = "/api/v1/marketplace/publish"
    parts = (
        "part('manifest\"', 'id: bench.upload-' .. string.format('%d', number) .. '\\nversion: 1.0.0\\nimage: a\\ndescription: An upload.\\ninputs: []\\noutputs: []\\n')"
        " .. part('wasm_module\"', '\\0asm\\1\\0\\0\\0' .. string.format('%097d', number) .. filler)")

    def __init__(self, *words):
        super().__init__(*words)
        self.fields = {"authorization": f"Bearer {self.token}"}


class Devpi(Uploads, Web):
    """devpi-server: a new project with a wheel of equal size."""

    name = "devpi-server, upload of an equal wheel"
    path = "/root/bench/"
    parts = (
        "part(':action\"', 'file_upload') .. part('name\"', 'bench-' .. string.format('%d', number)) .. part('version\"', '1.0.0') .. part('metadata_version\"', '2.1')"
        " .. part('filetype\"', 'bdist_wheel') .. part('pyversion\"', 'py3')"
        " .. part('content\"; filename=\"bench_' .. string.format('%d', number) .. '-1.0.0-py3-none-any.whl\"', 'whl' .. string.format('%097d', number) .. filler)")

    def __init__(self, folder):
        self.folder = folder
        programs = Path(sys.executable).parent
        run([programs / "devpi-init", "--serverdir", f"{folder}/devpi", "--root-passwd", "", "--no-root-pypi"])
        port = 30_000 + os.getpid() % 10_000
        self.url = f"http://127.0.0.1:{port}"
        with open(f"{folder}/devpi.out", "w") as out:
            self.process = subprocess.Popen([programs / "devpi-server", "--serverdir", f"{folder}/devpi", "--host", "127.0.0.1", "--port", str(port)], stdout=out, stderr=out)
        self.started.append(self.process)
        for _ in range(300):
            try:
                login = self.call("POST", "/+login", {"user": "root", "password": ""})
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise SystemExit(Path(f"{folder}/devpi.out").read_text())
        self.fields = {"X-Devpi-Auth": base64.b64encode(f"root:{login['password']}".encode()).decode()}
        self.call("PUT", "/root/bench", {"type": "stage", "volatile": False, "bases": []}, self.fields)

    def call(self, method, path, body, fields={}):
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json", "Accept": "application/json", **fields}, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["result"]


class Nginx(Web):
    """nginx with two workers and no log, serving the same bodies with the same fields from files, by sendfile."""

    name = "nginx, 2 workers, same bodies from files"

    def __init__(self, ours, folder, paths):
        self.folder, self.paths = folder, paths
        root = Path(folder) / "root"
        fields, queries = {}, {}
        for path in set(Path(f"{folder}/{paths}").read_text().splitlines()):
            with urllib.request.urlopen(ours.url + path) as answer:
                fields = answer.headers
                # A query is no part of a file's name.
                if "?" in path:
                    queries[path] = f"/queries/{len(queries)}"
                target = root / queries.get(path, path).lstrip("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(answer.read())
        own = {"server", "date", "content-type", "content-length", "connection", "etag", "accept-ranges", "last-modified", "link"}
        lines = "".join(f"add_header {name} \"{value}\";" for name, value in fields.items() if name.lower() not in own)
        files = "".join(f'"{path}" {file};' for path, file in queries.items())
        port = 20_000 + os.getpid() % 10_000
        self.url = f"http://127.0.0.1:{port}"
        Path(f"{folder}/nginx.conf").write_text(
            f"worker_processes 2; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.err; {'user root;' if os.getuid() == 0 else ''}"
            "events { worker_connections 1024; }"
            f"http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; default_type \"{fields['content-type']}\";"
            f"client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;"
            f"map $request_uri $file {{ default $uri; {files} }}"
            f"server {{ listen 127.0.0.1:{port}; root {root}; {lines} location / {{ try_files $file =404; }} }} }}")
        self.process = subprocess.Popen(["nginx", "-c", f"{folder}/nginx.conf", "-p", folder], stderr=subprocess.DEVNULL)
        self.started.append(self.process)
        time.sleep(0.5)
        if self.process.poll() is not None:
            raise SystemExit("nginx did not start; see `nginx -t -c` on its configuration")
