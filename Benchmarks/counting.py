"""The same projection, how many stars each agent has, from 100,000 events: ours, and the Python library `eventsourcing`."""
import os
import subprocess
import sys
from pathlib import Path

from rebuilding import Rebuild, begin
from server import run

EVENTS = 100_000


class Ours(Rebuild):
    """A rebuild of the model of agents over a log of stars, with its indexes and the swap."""

    name = "rebuild agents"
    words = ["agents"]
    entries = EVENTS

    def __init__(self, server, build, folder):
        self.server, self.build, self.url = server, build, server.url("counts")
        server.sql("postgres", "CREATE DATABASE counts")
        begin(build, folder, self.url)
        run([build / "log-bench", self.url, "stars", EVENTS])


class Theirs(Ours):
    """`ProjectionRunner` of eventsourcing over its Postgres recorders, one transaction an event."""

    name = "eventsourcing 9.4, ProjectionRunner"

    def __init__(self, server, folder):
        self.server = server
        server.sql("postgres", "CREATE DATABASE counted")
        self.environment = {**os.environ, "POSTGRES_DBNAME": "counted", "POSTGRES_HOST": str(folder), "POSTGRES_PORT": "5432", "POSTGRES_USER": "bench", "POSTGRES_PASSWORD": "-", "PERSISTENCE_MODULE": "eventsourcing.postgres"}
        self.call("write")

    def call(self, what):
        outcome = subprocess.run([sys.executable, Path(__file__).with_name("counted.py"), what, str(EVENTS)], env=self.environment, capture_output=True, text=True)
        if outcome.returncode != 0:
            raise SystemExit(outcome.stderr)
        return outcome.stdout

    def measure(self, _):
        return EVENTS / float(self.call("project"))
