"""Rebuilds of the read models over a log of 90 days, beside the mere reading of the log."""
import subprocess
import time

from server import children_cpu, run


def begin(build, folder, url):
    """Makes the schema and begins the log, by the first start of a marketplace."""
    up = subprocess.Popen([build / "marketplace", "up", "--data", f"{folder}/data-{url.split('=')[-1]}", "--database-url", url, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    while "ready at" not in (line := up.stdout.readline()):
        if not line:
            raise SystemExit("the marketplace did not start")
    up.terminate()
    up.wait()


class History:
    """A database with a log of a past: half downloads, a quarter readers with 100 tokens each, the rest stars, reviews and
    versions of 1,000 agents."""

    ENTRIES = 1_000_000
    MIX = "history"
    made = set()

    def __init__(self, server, build, folder):
        self.server, self.build, self.url = server, build, server.url("history")
        if server.folder in self.made:
            return
        self.made.add(server.folder)
        server.sql("postgres", "CREATE DATABASE history")
        begin(build, folder, self.url)
        run([build / "log-bench", self.url, self.MIX, self.ENTRIES])
        server.sql("history", "VACUUM ANALYZE log.events, log.streams, log.contents")


class Rebuild(History):
    """Ours: all models anew, with indexes and swap."""

    name = "rebuild --all"
    words = ["--all"]

    def measure(self, _):
        began = time.monotonic()
        run([self.build / "marketplace", "rebuild", *self.words, "--database-url", self.url])
        return self.ENTRIES / (time.monotonic() - began)

    def cpu(self):
        return children_cpu() + self.server.cpu()

    def stop(self):
        pass


class Reading(Rebuild):
    """Theirs: every entry read by psql and thrown away."""

    name = "COPY (SELECT position, entry …) TO STDOUT (FORMAT binary)"

    def measure(self, _):
        began = time.monotonic()
        with subprocess.Popen(["psql", "-X", "-q", "-c", "COPY (SELECT position, entry FROM log.events ORDER BY position) TO STDOUT (FORMAT binary)", self.url], stdout=subprocess.DEVNULL) as process:
            if process.wait() != 0:
                raise SystemExit("psql could not read the log")
        return self.ENTRIES / (time.monotonic() - began)
