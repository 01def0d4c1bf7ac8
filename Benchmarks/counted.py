"""Agents with stars over the library `eventsourcing`: `write N` records N events, `project N` counts them anew and prints how
many seconds that took."""
import os
import sys
import time
from uuid import NAMESPACE_URL, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import InfrastructureFactory
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.utils import Environment
from psycopg.sql import SQL, Identifier

AGENTS = 1_000


class Agent(Aggregate):
    @event("Registered")
    def __init__(self, name):
        self.name = name
        self.stars = 0

    @staticmethod
    def create_id(name):
        return uuid5(NAMESPACE_URL, f"/agents/{name}")

    @event("Starred")
    def star(self, person):
        self.stars += 1


class Agents(Application):
    pass


class Counters(PostgresTrackingRecorder):
    """How many stars each agent has, with the tracking of the library."""

    def __init__(self, datastore, **more):
        super().__init__(datastore, **more)
        self.create_table_statements.append(SQL("CREATE TABLE IF NOT EXISTS {}.counters (agent uuid PRIMARY KEY, stars bigint NOT NULL)").format(Identifier(datastore.schema)))
        self.add = SQL("INSERT INTO {}.counters AS c VALUES (%s, 1) ON CONFLICT (agent) DO UPDATE SET stars = c.stars + 1").format(Identifier(datastore.schema))

    def count(self, agent, tracking):
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(self.add, (agent,), prepare=True)


class Counting(Projection):
    name = "counting"

    def process_event(self, domain_event, tracking):
        if isinstance(domain_event, Agent.Starred):
            self.view.count(domain_event.originator_id, tracking)
        else:
            self.view.insert_tracking(tracking)


def write(count):
    app = Agents()
    for number in range(AGENTS):
        agent = Agent(f"agent-{number}")
        for person in range(count // AGENTS - 1):
            agent.star(f"person-{person}")
        app.save(agent)


def project():
    view = InfrastructureFactory.construct(env=Environment("counting", dict(os.environ))).tracking_recorder(Counters)
    with view.datastore.transaction(commit=True) as cursor:
        cursor.execute(f"TRUNCATE {view.datastore.schema}.counters")
        cursor.execute(f"DELETE FROM {view.datastore.schema}.{view.tracking_table_name} WHERE application_name = 'Agents'")
    app = Agents()
    last = app.recorder.max_notification_id()
    began = time.monotonic()
    runner = ProjectionRunner(application_class=Agents, projection_class=Counting, view_class=Counters)
    runner.wait(last, timeout=600)
    print(time.monotonic() - began, flush=True)
    # Its threads wait for the next event, for which nobody waits here.
    os._exit(0)


if __name__ == "__main__":
    write(int(sys.argv[2])) if sys.argv[1] == "write" else project()
