"""Runs the rows of the benchmark; started by Benchmarks/run, which builds what is measured."""
import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

POSTGRES = Path("/usr/lib/postgresql/15/bin")
AS_SERVER = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"] if os.getuid() == 0 else []
TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """A durable Postgres on a unix socket, with the settings of the embedded one."""

    def __init__(self, folder):
        self.folder = folder
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
        settings = {
            "listen_addresses": "", "unix_socket_directories": folder, "max_connections": 200,
            "shared_buffers": f"{min(1024, max(64, memory // 4))}MB", "wal_buffers": "64MB", "max_wal_size": "8GB",
            "min_wal_size": "2GB", "checkpoint_timeout": "30min", "wal_compression": "lz4", "jit": "off",
            "full_page_writes": "on", "synchronous_commit": "on", "fsync": "on",
        }
        if AS_SERVER:
            shutil.chown(folder, "postgres", "postgres")
        run(AS_SERVER + [POSTGRES / "initdb", "-D", f"{folder}/data", "-U", "bench", "--auth=trust", "--encoding=UTF8", "--lc-collate=C", "--lc-ctype=C.UTF-8"])
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        run(AS_SERVER + [POSTGRES / "pg_ctl", "start", "-D", f"{folder}/data", "-w", "-l", f"{folder}/log", "-o", options])
        os.chmod(folder, 0o755)

    def url(self, database):
        return f"host={self.folder} user=bench dbname={database}"

    def sql(self, database, text):
        return run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", text, self.url(database)]).strip()

    def cpu(self):
        """CPU seconds of the server's first process, those that live and those that it has waited for."""
        first = int(Path(f"{self.folder}/data/postmaster.pid").read_text().split()[0])
        total = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            pid, parent = int(stat.parent.name), int(fields[1])
            if pid == first:
                total += sum(int(field) for field in fields[11:15])
            elif parent == first:
                total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def stop(self):
        run(AS_SERVER + [POSTGRES / "pg_ctl", "stop", "-D", f"{self.folder}/data", "-m", "immediate"])


def run(words, **more):
    outcome = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/", **more)
    if outcome.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, words))}: {outcome.stdout}{outcome.stderr}")
    return outcome.stdout


def children_cpu():
    used = os.times()
    return used.children_user + used.children_system


class Log:
    """Our side of the rows about the log: callers in one process."""

    def __init__(self, server, program, kind, in_flight):
        self.server, self.program, self.kind, self.in_flight = server, program, kind, in_flight
        self.name = f"log {kind}, {in_flight} in flight"

    def measure(self, seconds):
        line = json.loads(run([self.program, self.server.url("log"), self.kind, self.in_flight, seconds]))
        return line["entries"] / line["seconds"]


class Insert:
    """pgbench: 64 connections, a prepared INSERT of one row of equal size, into a table with equal indexes."""

    name = "pgbench, 64 connections, one INSERT each"

    def __init__(self, server, entry_bytes):
        self.server = server
        script = Path(server.folder) / f"insert-{entry_bytes}.sql"
        script.write_text(
            "\\set stream random(1, 1000000000000)\n"
            "INSERT INTO bench_insert (stream, version, type, recorded, entry) VALUES "
            "('star/bench.' || lpad(:stream::text, 20, '0') || '/00000000000000000000000000000001', 1, 'star.added.v1', now(), "
            f"convert_to(repeat('x', {entry_bytes}), 'UTF8'));\n"
        )
        self.script = script

    def measure(self, seconds):
        out = run(["pgbench", "-n", "-M", "prepared", "-c", 64, "-j", 2, "-T", seconds, "-f", self.script, self.server.url("bench")])
        return float(next(line for line in out.splitlines() if line.startswith("tps")).split()[2])


class Copy:
    """Binary COPY on one connection, 1,000 rows a commit."""

    name = "binary COPY, 1,000 rows a commit"

    def __init__(self, server, entry_bytes):
        self.server = server
        self.rows = Path(server.folder) / f"rows-{entry_bytes}.bin"
        server.sql("bench", f"COPY (SELECT 'star/bench.' || lpad(n::text, 20, '0') || '/00000000000000000000000000000001', 1::bigint, 'star.added.v1', now(), convert_to(repeat('x', {entry_bytes}), 'UTF8') FROM generate_series(1, 1000) n) TO '{self.rows}' (FORMAT binary)")
        os.chmod(self.rows, 0o644)
        self.commits = 40

    def measure(self, seconds):
        copy = f"\\copy bench_copy (stream, version, type, recorded, entry) FROM '{self.rows}' (FORMAT binary)\n"
        began, commits = time.monotonic(), 0
        while (elapsed := time.monotonic() - began) < seconds:
            run(["psql", "-X", "-q", self.server.url("bench")], input=copy * self.commits)
            commits += self.commits
        return commits * 1000 / elapsed if elapsed else 0


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
        out = run(["wrk", "-t1", "-c64", f"-d{seconds}s", "-s", script, self.url])
        failed = next((line for line in out.splitlines() if line.strip().startswith("Non-2xx")), None)
        if failed:
            raise SystemExit(f"{self.name}: {failed}")
        return float(next(line for line in out.splitlines() if line.startswith("Requests/sec")).split()[1])

    def cpu(self):
        first, total = self.process.pid, 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(stat.parent.name) == first or int(fields[1]) == first:
                total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Marketplace(Web):
    """Ours: everything in one process over the server of this run, with 1,000 agents and two large files."""

    def __init__(self, server, build, folder, paths, kept):
        self.folder, self.paths = folder, paths
        self.name = f"marketplace, {kept} MiB of kept answers"
        data = f"{folder}/data-{kept}"
        with open(f"{folder}/market.out", "w") as out, open(f"{folder}/market.err", "w") as errors:
            self.process = subprocess.Popen([build / "marketplace", "up", "--data", data, "--artifacts", f"{folder}/files", "--database-url", server.url("market"), "--port", "0", "--kept-mebibytes", str(kept)], stdout=out, stderr=errors)
        self.started.append(self.process)
        while "ready at" not in (text := Path(f"{folder}/market.out").read_text()):
            if self.process.poll() is not None:
                raise SystemExit(Path(f"{folder}/market.err").read_text())
            time.sleep(0.05)
        self.url = text.split("ready at ")[1].split()[0]
        if not Path(f"{folder}/pages.txt").exists():
            self.publish(Path(f"{data}/admin-token").read_text().strip())

    def publish(self, token):
        """Publishes 1,000 agents, and writes what is asked for: pages in Zipf order with lists between, and files."""

        def send(number, package=b""):
            manifest = f"id: bench.agent-{number}\nversion: 1.0.0\nimage: a\ndescription: An agent of the benchmark, number {number}.\ninputs: []\noutputs: []\n".encode()
            parts = [("manifest", manifest)] + ([("package", b"\x1f\x8b\x08" + package)] if package else [])
            body = b"".join(b'--b\r\nContent-Disposition: form-data; name="' + name.encode() + b'"\r\n\r\n' + content + b"\r\n" for name, content in parts) + b"--b--\r\n"
            request = urllib.request.Request(f"{self.url}/api/v1/marketplace/publish", body, {"Authorization": f"Bearer {token}", "Content-Type": "multipart/form-data; boundary=b"})
            with urllib.request.urlopen(request) as answer:
                return answer.headers["Marketplace-Position"]

        for number in range(1000):
            position = send(number, {0: b"x" * 4093, 1: b"y" * (50_000_000 - 3)}.get(number, b""))
        base = "/api/v1/marketplace/agents"
        self.get(f"{base}?min_position={position}")
        random.seed(1)
        weights = [1 / rank for rank in range(1, 1001)]
        pages = [f"{base}/bench.agent-{number}" for number in random.choices(range(1000), weights, k=9000)]
        pages += [f"{base}?limit=20"] * 1000
        random.shuffle(pages)
        Path(f"{self.folder}/pages.txt").write_text("\n".join(pages))
        for number, name in ((0, "file-4k"), (1, "file-50m")):
            version = json.loads(self.get(f"{base}/bench.agent-{number}/versions/1.0.0"))
            url = next(artifact["url"] for artifact in version["artifacts"] if artifact["role"] == "package")
            Path(f"{self.folder}/{name}.txt").write_text(url)

    def get(self, path):
        with urllib.request.urlopen(self.url + path) as answer:
            return answer.read()


class Nginx(Web):
    """nginx with two workers and no log, serving the same bodies with the same fields from files, by sendfile."""

    name = "nginx, 2 workers, same bodies from files"

    def __init__(self, ours, folder, paths):
        self.folder, self.paths = folder, paths
        root = Path(folder) / "root"
        fields = {}
        for path in set(Path(f"{folder}/{paths}").read_text().splitlines()):
            with urllib.request.urlopen(ours.url + path) as answer:
                fields = answer.headers
                # A query is no part of a file's name: the list is served at its path.
                target = root / path.split("?")[0].lstrip("/")
                target = target / "index" if target.is_dir() or "?" in path else target
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(answer.read())
        own = {"server", "date", "content-type", "content-length", "connection", "etag", "accept-ranges", "last-modified", "link"}
        lines = "".join(f"add_header {name} \"{value}\";" for name, value in fields.items() if name.lower() not in own)
        port = 20_000 + os.getpid() % 10_000
        self.url = f"http://127.0.0.1:{port}"
        Path(f"{folder}/nginx.conf").write_text(
            f"worker_processes 2; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.err; {'user root;' if os.getuid() == 0 else ''}"
            "events { worker_connections 1024; }"
            f"http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; default_type {fields['content-type']};"
            f"client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;"
            f"server {{ listen 127.0.0.1:{port}; root {root}; {lines} location = /api/v1/marketplace/agents {{ try_files /api/v1/marketplace/agents/index =404; }} }} }}")
        self.process = subprocess.Popen(["nginx", "-c", f"{folder}/nginx.conf", "-p", folder], stderr=subprocess.DEVNULL)
        self.started.append(self.process)
        time.sleep(0.5)
        if self.process.poll() is not None:
            raise SystemExit("nginx did not start; see `nginx -t -c` on its configuration")


def prepare(server):
    server.sql("postgres", "CREATE DATABASE log")
    server.sql("postgres", "CREATE DATABASE bench")
    server.sql("postgres", "CREATE DATABASE market")
    for table in ("bench_insert", "bench_copy"):
        # The columns of log.events; the indexes of log.events and log.streams. A copy's rows repeat.
        server.sql("bench", f"CREATE TABLE {table} (position bigserial PRIMARY KEY, stream text COLLATE \"C\" NOT NULL, version bigint, type text NOT NULL, recorded timestamptz NOT NULL, entry bytea NOT NULL)")
        server.sql("bench", f"CREATE INDEX ON {table} (stream, version)")


# Rows over HTTP: which paths, how much is kept, the aim against nginx.
WEB_ROWS = {
    "pages": ("pages.txt", 32, 1.0), "pages-database": ("pages.txt", 0, 0.5),
    "artifact-4k": ("file-4k.txt", 32, 0.6), "artifact-50m": ("file-50m.txt", 32, 0.9),
}
# Rows about the log: kind, in flight, against what, the aim.
ROWS = {
    **{f"star-{n}": ("star", n, Insert, aim) for n, aim in [(1, None), (8, None), (64, 1.5), (512, 1.8)]},
    **{f"downloads-{n}": ("downloads", n, Insert, aim) for n, aim in [(64, 3.5), (512, 6.0)]},
    "downloads-one-slice": ("downloads-one-slice", 512, ("downloads", 512), 0.9),
    "star-copy": ("star", 512, Copy, 0.4),
    "downloads-copy": ("downloads", 512, Copy, 1.2),
}


def main():
    parser = argparse.ArgumentParser(prog="Benchmarks/run")
    parser.add_argument("build")
    parser.add_argument("rows", nargs="*")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_intermixed_args()
    if options.list:
        return print("\n".join([*ROWS, *WEB_ROWS]))
    unknown = [row for row in options.rows if row not in ROWS and row not in WEB_ROWS]
    if unknown:
        raise SystemExit(f"Benchmarks/run: there is no row {', '.join(unknown)}; see --list")
    program = Path(options.build).resolve() / "log-bench"
    folder = tempfile.mkdtemp(prefix="mentatlab-bench.", dir="/var/tmp")
    server = Server(folder)
    try:
        prepare(server)
        sizes = {}
        print(f"{'row':<22}{'ours: median (min–max)/s':>34}{'theirs: median (min–max)/s':>36}{'ratio':>8}{'aim':>6}{'CPU s: ours, theirs':>22}  theirs is")
        for row in options.rows or [*ROWS, *WEB_ROWS]:
            if row in WEB_ROWS:
                paths, kept, aim = WEB_ROWS[row]
                ours = Marketplace(server, program.parent, folder, paths, kept)
                theirs = Nginx(ours, folder, paths)
            else:
                kind, in_flight, other, aim = ROWS[row]
                ours = Log(server, program, kind, in_flight)
                if kind not in sizes:
                    sizes[kind] = json.loads(run([program, server.url("log"), kind, 8, 1]))["entry_bytes"]
                theirs = Log(server, program, *other) if isinstance(other, tuple) else other(server, sizes[kind])
            rates, cpu = {ours: [], theirs: []}, {ours: 0.0, theirs: 0.0}
            for number in range(options.rounds):
                # In turn, the first one by turns as well.
                for side in (ours, theirs) if number % 2 == 0 else (theirs, ours):
                    used = side.cpu if isinstance(side, Web) else children_cpu
                    before = used() + server.cpu()
                    rates[side].append(side.measure(options.seconds))
                    cpu[side] += used() + server.cpu() - before
                    if sys.stderr.isatty():
                        print(f"\r{row}: round {number + 1} of {options.rounds}", end="", file=sys.stderr, flush=True)

            def words(side):
                return f"{statistics.median(rates[side]):,.0f} ({min(rates[side]):,.0f}–{max(rates[side]):,.0f})"

            ratio = statistics.median(rates[ours]) / statistics.median(rates[theirs])
            print(f"{row:<22}{words(ours):>34}{words(theirs):>36}{ratio:>8.2f}{aim or '–':>6}{cpu[ours]:>12.1f},{cpu[theirs]:>9.1f}  {theirs.name}", flush=True)
            for side in (ours, theirs):
                if isinstance(side, Web):
                    side.stop()
    finally:
        for process in Web.started:
            if process.poll() is None:
                process.terminate()
                process.wait()
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
