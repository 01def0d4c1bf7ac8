"""Runs the rows of the benchmark; started by Benchmarks/run, which builds what is measured."""
import argparse
import copy
import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from appending import Copy, Insert, Log, Snapshot
from counting import Ours as Counts, Theirs as Counted
from figures import FIGURES
from rebuilding import History, Reading, Rebuild
from server import Server, run
from serving import Beside, Devpi, Load, Marketplace, Nginx, Publishing, Web
from streaming import Broker, FromLog, Produced, Projected, Relayed


def prepare(server):
    server.sql("postgres", "CREATE DATABASE log")
    server.sql("postgres", "CREATE DATABASE bench")
    server.sql("postgres", "CREATE DATABASE market")
    for table in ("bench_insert", "bench_copy"):
        # The columns of log.events; the indexes of log.events and log.streams. A copy's rows repeat.
        server.sql("bench", f"CREATE TABLE {table} (position bigserial PRIMARY KEY, stream text COLLATE \"C\" NOT NULL, version bigint, type text NOT NULL, recorded timestamptz NOT NULL, entry bytea NOT NULL)")
        server.sql("bench", f"CREATE INDEX ON {table} (stream, version)")


# Rows about the log: kind, in flight, against what, the aim.
LOG_ROWS = {
    **{f"star-{n}": ("star", n, Insert, aim) for n, aim in [(1, None), (8, None), (64, 2.2), (512, 2.8)]},
    **{f"downloads-{n}": ("downloads", n, Insert, aim) for n, aim in [(64, 3.5), (512, 6.0)]},
    "readers-64": ("readers", 64, Insert, None),
    "downloads-one-slice": ("downloads-one-slice", 512, ("downloads", 512), 0.9),
    "star-copy": ("star", 512, Copy, 0.4),
    "downloads-copy": ("downloads", 512, Copy, 1.2),
    "star-snapshot": ("star", 64, ("star", 64), 0.9),
}
# Rows over HTTP: which paths, how many MiB are cached, appends beside it, the aim against nginx.
WEB_ROWS = {
    "pages": ("pages.txt", 32, 0, 1.0), "pages-appends": ("pages.txt", 32, 500, 0.6),
    "pages-database": ("pages.txt", 0, 0, 0.5),
    "web": ("web.txt", 32, 0, 1.0), "web-rendered": ("web.txt", 0, 0, 0.15),
    "artifact-4k": ("file-4k.txt", 32, 0, 0.6), "artifact-50m": ("file-50m.txt", 32, 0, 0.9),
}
ROWS = [*LOG_ROWS, "publish", *WEB_ROWS, "servers", "rebuild", "counts", "relay", "project-kafka", *FIGURES]


class Benchmark:
    """One run: a server, a folder, and what is measured with them."""

    def __init__(self, options):
        self.options = options
        self.build = Path(options.build).resolve()
        self.folder = tempfile.mkdtemp(prefix="mentatlab-bench.", dir="/var/tmp")
        self.server = Server(self.folder)
        self.sizes, self.carried = {}, {}

    def sides(self, row):
        """Ours, theirs and the aim of a row."""
        server, program = self.server, self.build / "log-bench"
        if row == "publish":
            ours = Publishing(server, self.build, self.folder, "pages.txt")
            return ours, Devpi(self.folder), 20
        if row == "servers":
            ours = Marketplace(server, self.build, self.folder, "servers.txt", 0)
            # The same program, asked for something else.
            theirs = copy.copy(ours)
            theirs.paths, theirs.name = "list.txt", "our own list of 100 agents"
            return ours, theirs, 0.8
        if row == "rebuild":
            return Rebuild(server, self.build, self.folder), Reading(server, self.build, self.folder), 0.15
        if row == "counts":
            return Counts(server, self.build, self.folder), Counted(server, self.folder), 30
        if row == "relay":
            return Relayed(server, self.build, self.folder), Produced(server, self.build, self.folder), 0.5
        if row == "project-kafka":
            return Projected(server, self.build, self.folder), FromLog(server, self.build, self.folder), 0.67
        if row in WEB_ROWS:
            paths, cached, rate, aim = WEB_ROWS[row]
            ours = Marketplace(server, self.build, self.folder, paths, cached)
            theirs = Nginx(ours, self.folder, paths)
            if rate:
                load = Load(ours, self.build, rate)
                return Beside(ours, load), Beside(theirs, load), aim
            return ours, theirs, aim
        kind, in_flight, other, aim = LOG_ROWS[row]
        if kind not in self.sizes:
            line = json.loads(run([program, server.url("log"), kind, 8, 1]))
            self.sizes[kind], self.carried[kind] = line["entry_bytes"], line["carried"]
        theirs = Log(server, program, *other) if isinstance(other, tuple) else other(server, self.sizes[kind])
        ours = (Snapshot if row == "star-snapshot" else Log)(server, program, kind, in_flight)
        ours.carried = self.carried[kind]
        return ours, theirs, aim

    def measure(self, row):
        ours, theirs, aim = self.sides(row)
        rates, cpu = {ours: [], theirs: []}, {ours: 0.0, theirs: 0.0}
        # A snapshot does its harm with time: the one side in a row for 12 measurements, then the other.
        isLong = row == "star-snapshot"
        rounds = 12 if isLong else self.options.rounds
        turns = [ours] * rounds + [theirs] * rounds if isLong else [side for number in range(rounds) for side in ((ours, theirs) if number % 2 == 0 else (theirs, ours))]
        for number, side in enumerate(turns):
            if isLong and number == rounds:
                ours.stop()
            before = side.cpu()
            rates[side].append(side.measure(self.options.seconds))
            cpu[side] += side.cpu() - before
            if sys.stderr.isatty():
                print(f"\r{row}: {number + 1} of {len(turns)}", end="", file=sys.stderr, flush=True)
        theirs.stop()
        if not isLong:
            ours.stop()

        def words(side):
            return f"{statistics.median(rates[side]):,.0f} ({min(rates[side]):,.0f}–{max(rates[side]):,.0f})"

        ratio = statistics.median(rates[ours]) / statistics.median(rates[theirs])
        carried = getattr(ours, "carried", 1)
        stated = f"; ours carries {statistics.median(rates[ours]) * carried:,.0f} a second, {carried} in an entry" if carried > 1 else ""
        print(f"{row:<22}{words(ours):>34}{words(theirs):>36}{ratio:>8.2f}{aim or '–':>6}{cpu[ours]:>12.1f},{cpu[theirs]:>9.1f}  {theirs.name}{stated}", flush=True)

    def run(self, rows):
        prepare(self.server)
        print(f"{'row':<22}{'ours: median (min–max)/s':>34}{'theirs: median (min–max)/s':>36}{'ratio':>8}{'aim':>6}{'CPU s: ours, theirs':>22}  theirs is", flush=True)
        for row in rows:
            if row in FIGURES:
                FIGURES[row](self.server, self.build, self.folder, self.options.seconds)
            else:
                self.measure(row)

    def close(self):
        for process in Web.started:
            if process.poll() is None:
                process.terminate()
                process.wait()
        if Broker.started:
            Broker.started.stop()
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(prog="Benchmarks/run")
    parser.add_argument("build")
    parser.add_argument("rows", nargs="*")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--entries", type=int, default=History.ENTRIES, help="the size of the history that rows about rebuilds and Kafka have")
    parser.add_argument("--mix", choices=["history", "zipf"], default=History.MIX, help="whether all of its agents have as much, or the second half as much as the first and so on")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_intermixed_args()
    History.ENTRIES, History.MIX = options.entries, options.mix
    if options.list:
        return print("\n".join(ROWS))
    unknown = [row for row in options.rows if row not in ROWS]
    if unknown:
        raise SystemExit(f"Benchmarks/run: there is no row {', '.join(unknown)}; see --list")
    benchmark = Benchmark(options)
    try:
        benchmark.run(options.rows or ROWS)
    finally:
        benchmark.close()


if __name__ == "__main__":
    main()
