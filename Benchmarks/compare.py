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


def prepare(server):
    server.sql("postgres", "CREATE DATABASE log")
    server.sql("postgres", "CREATE DATABASE bench")
    for table in ("bench_insert", "bench_copy"):
        # The columns of log.events; the indexes of log.events and log.streams. A copy's rows repeat.
        server.sql("bench", f"CREATE TABLE {table} (position bigserial PRIMARY KEY, stream text COLLATE \"C\" NOT NULL, version bigint, type text NOT NULL, recorded timestamptz NOT NULL, entry bytea NOT NULL)")
        server.sql("bench", f"CREATE INDEX ON {table} (stream, version)")


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
        return print("\n".join(ROWS))
    unknown = [row for row in options.rows if row not in ROWS]
    if unknown:
        raise SystemExit(f"Benchmarks/run: there is no row {', '.join(unknown)}; see --list")
    program = Path(options.build).resolve() / "log-bench"
    folder = tempfile.mkdtemp(prefix="mentatlab-bench.", dir="/var/tmp")
    server = Server(folder)
    try:
        prepare(server)
        sizes = {}
        print(f"{'row':<22}{'ours: median (min–max)/s':>34}{'theirs: median (min–max)/s':>36}{'ratio':>8}{'aim':>6}{'CPU s: ours, theirs':>22}  theirs is")
        for row in options.rows or ROWS:
            kind, in_flight, other, aim = ROWS[row]
            ours = Log(server, program, kind, in_flight)
            if kind not in sizes:
                sizes[kind] = json.loads(run([program, server.url("log"), kind, 8, 1]))["entry_bytes"]
            theirs = Log(server, program, *other) if isinstance(other, tuple) else other(server, sizes[kind])
            rates, cpu = {ours: [], theirs: []}, {ours: 0.0, theirs: 0.0}
            for number in range(options.rounds):
                # In turn, the first one by turns as well.
                for side in (ours, theirs) if number % 2 == 0 else (theirs, ours):
                    before = children_cpu() + server.cpu()
                    rates[side].append(side.measure(options.seconds))
                    cpu[side] += children_cpu() + server.cpu() - before
                    if sys.stderr.isatty():
                        print(f"\r{row}: round {number + 1} of {options.rounds}", end="", file=sys.stderr, flush=True)

            def words(side):
                return f"{statistics.median(rates[side]):,.0f} ({min(rates[side]):,.0f}–{max(rates[side]):,.0f})"

            ratio = statistics.median(rates[ours]) / statistics.median(rates[theirs])
            print(f"{row:<22}{words(ours):>34}{words(theirs):>36}{ratio:>8.2f}{aim or '–':>6}{cpu[ours]:>12.1f},{cpu[theirs]:>9.1f}  {theirs.name}", flush=True)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


main()
