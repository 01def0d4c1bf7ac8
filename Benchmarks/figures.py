"""What has nothing to be compared with: printed as it is, with the bound that it has to keep."""
import collections
import http.client
import itertools
import json
import random
import statistics
import subprocess
import threading
import time

from rebuilding import History
from searching import search
from server import peak_mebibytes, run
from serving import Load, Marketplace, Web
from streaming import Apart, Projected


def visible(server, build, folder, seconds):
    """From a command's answer to the answer of a read that shows it, under 2,000 events a second."""
    measure_visible("visible", 100, Marketplace(server, build, folder, "pages.txt"), build, seconds)


def visible_kafka(server, build, folder, seconds):
    """The same with each part in a process of its own and read models that come from Kafka."""
    measure_visible("visible-kafka", 300, Apart(server, build, folder), build, seconds)


def measure_visible(name, aim, ours, build, seconds):
    waits = []
    with Load(ours, build, 2_000, versions=0):
        time.sleep(1)
        began, serial = time.monotonic(), time.time_ns() // 1000
        while time.monotonic() - began < seconds:
            agent = f"bench.agent-{len(waits) % 1000}"
            position = ours.publish(agent, f"2.{serial}.{len(waits)}")
            answered = time.monotonic()
            ours.get(f"/api/v1/marketplace/agents/{agent}/versions/2.{serial}.{len(waits)}?min_position={position}")
            waits.append((time.monotonic() - answered) * 1000)
    ours.stop()
    waits.sort()
    p99 = waits[len(waits) * 99 // 100]
    print(f"{name}: {len(waits)} commands under 2,000 events/s: median {statistics.median(waits):.1f} ms, p99 {p99:.1f} ms, aim: p99 below {aim} ms", flush=True)


def memory(server, build, folder, seconds):
    """Resident memory of the process that does everything, over a log of 1,000,000 events."""
    Marketplace(server, build, folder, "pages.txt").stop()
    while int(server.sql("market", "SELECT max(position) FROM log.events")) < 1_000_000:
        run([build / "log-bench", server.url("market"), "downloads", "512", "2"])
    events = int(server.sql("market", "SELECT max(position) + 1 FROM log.events"))
    ours = Marketplace(server, build, folder, "pages.txt")
    while '"lag":0' not in ours.get("/api/v1/marketplace/projections").decode().replace(" ", ""):
        time.sleep(0.2)
    time.sleep(1)
    idle = ours.resident_mebibytes()
    with Load(ours, build, 2_000):
        ours.measure(seconds)
        under = peak_mebibytes(ours.process.pid)
    ours.stop()
    print(f"memory: {events:,} events: resident {idle:.0f} MiB idle, at most {under:.0f} MiB under load, aim: below 150 MB", flush=True)


def idle(server, build, folder, seconds):
    """Transactions a second of a program that does everything while nobody asks it anything; each query is one."""
    ours = Marketplace(server, build, folder, "pages.txt")
    # Long enough for every poll to have backed off.
    time.sleep(15)

    def transactions():
        return int(server.sql("bench", "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = 'market'"))

    before, began = transactions(), time.monotonic()
    time.sleep(max(seconds, 20))
    rate = (transactions() - before) / (time.monotonic() - began)
    ours.stop()
    print(f"idle: {rate:.1f} transactions a second, aim: below 10", flush=True)


class Rebuilding:
    """Rebuilds again and again beside what is measured."""

    def __init__(self, build, url, *words):
        self.words = [str(build / "marketplace"), "rebuild", *words, "--database-url", url]
        self.count = 0

    def __enter__(self):
        self.process = subprocess.Popen(["sh", "-c", "while :; do \"$@\" > /dev/null 2>&1 || exit 1; echo; done", "sh", *self.words], stdout=subprocess.PIPE, start_new_session=True)
        return self

    def __exit__(self, *_):
        if self.process.poll() is not None:
            raise SystemExit(f"{' '.join(self.words)} failed")
        run(["pkill", "-KILL", "-s", self.process.pid])
        # The database notices within a second that nobody waits for the statement under way.
        time.sleep(2)
        self.count = len(self.process.stdout.read())


def p99(ours, folder, paths, seconds):
    """The 99th percentile of reads in milliseconds, from 4 connections that send as fast as they are answered."""
    script = f"{folder}/latency.lua"
    with open(script, "w") as out:
        out.write(f"local paths = {{}}\nfor line in io.lines('{folder}/{paths}') do paths[#paths + 1] = line end\nlocal index = 0\nrequest = function() index = index % #paths + 1 return wrk.format('GET', paths[index]) end\n")
    text = run(["wrk", "-t1", "-c4", f"-d{seconds}s", "--latency", "-s", script, ours.url])
    figure = next(line for line in text.splitlines() if line.strip().startswith("99%")).split()[1]
    return float(figure.rstrip("mus")) * (1000 if figure.endswith("s") and not figure.endswith(("ms", "us")) else 0.001 if figure.endswith("us") else 1)


def reads_rebuild(server, build, folder, seconds):
    """p99 of reads of agents from the database, without and during rebuilds of all models at half of the time."""
    history = History(server, build, folder)
    with open(f"{folder}/history.txt", "w") as out:
        out.write("\n".join(f"/api/v1/marketplace/agents/bench.agent-{number}" for number in range(1000)))
    # Otherwise the side without a rebuild is measured while the program applies the log that was just made.
    run([build / "marketplace", "rebuild", "--all", "--database-url", history.url])
    server.sql("history", "VACUUM ANALYZE")
    server.sql("history", "CHECKPOINT")
    ours = Marketplace.over(server, build, folder, "history", "history.txt")
    p99(ours, folder, "history.txt", seconds)
    alone, beside = [], []
    for _ in range(3):
        alone.append(p99(ours, folder, "history.txt", seconds))
        with Rebuilding(build, history.url, "--all", "--pace", "50%"):
            time.sleep(1)
            beside.append(p99(ours, folder, "history.txt", seconds))
    ours.stop()
    ratio = statistics.median(beside) / statistics.median(alone)
    print(f"reads-rebuild: p99 {statistics.median(alone):.2f} ms, during a rebuild of all models at --pace 50% {statistics.median(beside):.2f} ms, ratio {ratio:.2f}, aim: 1.5", flush=True)


class Asking:
    """Asks a query front for agents, those that have most more often, 50 times a second beside what is measured."""

    RATE = 50

    def __init__(self, build, history, folder):
        words = ["query", "--data", f"{folder}/asked", "--artifacts", f"{folder}/asked-files", "--port", "0", "--cache-mebibytes", "0", "--database-url", history.url]
        self.process = subprocess.Popen([build / "marketplace", *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        Web.started.append(self.process)
        while "ready at" not in (line := self.process.stdout.readline()):
            if not line:
                raise SystemExit("query did not start")
        self.address = line.split("ready at ")[1].split()[0].removeprefix("http://")
        self.agents = max(1_000, history.ENTRIES // 1_000)

    def __enter__(self):
        self.waits, self.answers, self.ends, self.fault = [], collections.Counter(), threading.Event(), None
        self.thread = threading.Thread(target=self.ask)
        self.thread.start()
        return self

    def ask(self):
        connection, chosen = http.client.HTTPConnection(self.address, timeout=60), random.Random(1)
        agents = chosen.choices(range(self.agents), [1 / (rank + 1) for rank in range(self.agents)], k=100_000)
        began = time.monotonic()
        for number in itertools.count(1):
            # A query that is due waits from then on, also where the one before it is not answered yet.
            due = began + number / self.RATE
            if self.ends.wait(max(0, due - time.monotonic())):
                return connection.close()
            try:
                connection.request("GET", f"/api/v1/marketplace/agents/bench.agent-{agents[number % len(agents)]}")
                answer = connection.getresponse()
                answer.read()
            except OSError as error:
                self.fault = error
                return
            self.waits.append((time.monotonic() - due) * 1000)
            self.answers[answer.status] += 1

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()

    def words(self):
        if self.fault:
            raise SystemExit(f"a query was not answered: {self.fault}")
        self.waits.sort()
        statuses = ", ".join(f"{count:,} of {status}" for status, count in sorted(self.answers.items()))
        return f"{len(self.waits):,} queries beside it ({statuses}): median {statistics.median(self.waits):.1f} ms, p99 {self.waits[len(self.waits) * 99 // 100]:.1f} ms"


def large(server, build, folder, seconds):
    """Rebuilds of all models of a large log, from the log and from Kafka, with queries beside both."""
    projected = Projected(server, build, folder)
    count, topic = projected.ENTRIES, f"{folder}/kafka"

    def disk():
        sizes = {name: int(server.sql("history", f"SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname {condition}") or 0) for name, condition in (("log", "= 'log'"), ("models", "LIKE 'model\\_%'"))}
        return ", ".join(f"{name} {size / 1e9:.2f} GB" for name, size in sizes.items()) + f", Kafka {int(run(['du', '-s', '--block-size=1', topic]).split()[0]) / 1e9:.2f} GB"

    asking = Asking(build, projected, folder)
    for source, words in (("the log", []), ("Kafka", projected.more())):
        with asking:
            began, peak, used = time.monotonic(), 0, server.cpu()
            process = subprocess.Popen([build / "marketplace", "rebuild", "--all", *words, "--database-url", projected.url], stdout=subprocess.DEVNULL)
            Web.started.append(process)
            while process.poll() is None:
                peak = peak_mebibytes(process.pid) or peak
                time.sleep(0.5)
            took = time.monotonic() - began
        if process.returncode:
            raise SystemExit(f"the rebuild from {source} failed")
        print(f"large: {count:,} entries from {source} in {took:.0f} s, {count / took:,.0f} a second, the rebuild had {peak:.0f} MiB at most, the server used {server.cpu() - used:.0f} s of CPU; {disk()}; {asking.words()}", flush=True)
    asking.process.terminate()
    asking.process.wait()


def appends_schemas(server, build, folder, seconds):
    """p99 of appends at 1,000 a second, without and while a small model is rebuilt again and again: schemas come and go."""
    ours = Marketplace(server, build, folder, "pages.txt")
    url = server.url("market")

    def append():
        return json.loads(run([build / "log-bench", url, "star", "64", str(seconds), "1000"]))["p99_ms"]

    alone, beside, rebuilds = [], [], 0
    for _ in range(3):
        alone.append(append())
        with Rebuilding(build, url, "flags") as load:
            beside.append(append())
        rebuilds += load.count
    ours.stop()
    print(f"appends-schemas: p99 {statistics.median(alone):.2f} ms, while {rebuilds} builds were made and dropped {statistics.median(beside):.2f} ms", flush=True)


FIGURES = {"reads-rebuild": reads_rebuild, "appends-schemas": appends_schemas, "search": search, "visible": visible, "visible-kafka": visible_kafka, "large": large, "memory": memory, "idle": idle}
