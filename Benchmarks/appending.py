"""The sides of the rows about the log."""
import json
import os
import subprocess
import time
from pathlib import Path

from server import children_cpu, run


class Caller:
    """A side whose programs come and go with each measurement."""

    def cpu(self):
        return children_cpu() + self.server.cpu()

    def stop(self):
        pass


class Log(Caller):
    """Our side of the rows about the log: callers in one process."""

    def __init__(self, server, program, kind, in_flight):
        self.server, self.program, self.kind, self.in_flight = server, program, kind, in_flight
        self.name = f"log {kind}, {in_flight} in flight"

    def measure(self, seconds):
        line = json.loads(run([self.program, self.server.url("log"), self.kind, self.in_flight, seconds]))
        return line["entries"] / line["seconds"]


class Snapshot(Log):
    """The same while somebody keeps a snapshot open, from the first measurement to the last."""

    def __init__(self, server, program, kind, in_flight):
        super().__init__(server, program, kind, in_flight)
        self.name += " beside an open snapshot"
        self.holder = subprocess.Popen(["psql", "-X", "-q", server.url("log")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.holder.stdin.write("BEGIN ISOLATION LEVEL REPEATABLE READ;\nSELECT count(*) FROM log.partitions;\n")
        self.holder.stdin.flush()
        self.holder.stdout.readline()

    def stop(self):
        self.holder.communicate()


class Insert(Caller):
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


class Copy(Caller):
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
