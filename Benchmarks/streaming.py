"""The log on Kafka: the relay beside Kafka's own producer, and projecting from a topic beside projecting from the log."""
import os
import subprocess
import time
import urllib.request
from pathlib import Path

import psycopg

from rebuilding import History
from server import cpu_of, run
from serving import Marketplace

HOME = Path(os.environ.get("KAFKA_HOME", ""))


class Broker:
    """One broker for all rows, started with the first that needs it."""

    started = None

    def __init__(self, folder):
        if not os.environ.get("KAFKA_HOME"):
            raise SystemExit("Benchmarks/run: this row needs KAFKA_HOME, a folder with bin/kafka-start")
        self.folder, port = f"{folder}/kafka", int(run([Path(__file__).parent.parent / "scripts/free-port", 2]))
        self.servers = f"127.0.0.1:{port}"
        # Who waits for it to end would wait for the broker that it leaves behind.
        subprocess.run([HOME / "bin/kafka-start", self.folder, str(port)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)

    @classmethod
    def of(cls, folder):
        cls.started = cls.started or cls(folder)
        return cls.started

    def stop(self):
        run([HOME / "bin/kafka-stop", self.folder])

    def topic(self, name):
        run([HOME / "bin/kafka-topics", "--bootstrap-server", self.servers, "--create", "--topic", name, "--partitions", 64, "--replication-factor", 1, "--config", "message.timestamp.type=LogAppendTime", "--config", "max.message.bytes=2000000"])


class Relayed(History):
    """Ours: every entry of the history to a topic of its own."""

    name = "marketplace relay"
    count = 0

    def __init__(self, server, build, folder):
        super().__init__(server, build, folder)
        self.broker, self.used = Broker.of(folder), 0.0

    def through(self, words, reached):
        """Runs a part of the marketplace until a query says that it is through the log; returns entries a second from when it is first
        seen to have done some, as the other side counts from when its producer is there."""
        head = int(self.server.sql("history", "SELECT max(position) + 1 FROM log.events"))
        process = subprocess.Popen([self.build / "marketplace", *words, "--database-url", self.url], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        began, first, done = time.monotonic(), 0, 0
        with psycopg.connect(self.url, autocommit=True) as connection:
            while done < head:
                if process.poll() is not None:
                    raise SystemExit(f"{words[0]} ended")
                time.sleep(0.02)
                row = connection.execute(reached).fetchone()
                done = int(row[0] or 0) if row else 0
                if done and not first:
                    began, first = time.monotonic(), done
        seconds = time.monotonic() - began
        self.used += cpu_of(process.pid)
        process.terminate()
        process.wait()
        return (head - first) / seconds

    def relay(self, topic):
        return self.through(["relay", "--kafka", self.broker.servers, "--topic", topic], f"SELECT next FROM relay.topics WHERE topic = '{topic}'")

    def measure(self, _):
        Relayed.count += 1
        topic = f"ours-{Relayed.count}"
        self.broker.topic(topic)
        return self.relay(topic)

    def cpu(self):
        return self.used

    def stop(self):
        pass


class Produced(Relayed):
    """Theirs: Kafka's own producer, with each twentieth entry at random again and again, without keys and headers, and to whichever
    partition it likes."""

    name = "ProducerPerformance, such entries, acks=all, idempotent, 1 MB batches"

    def __init__(self, server, build, folder):
        super().__init__(server, build, folder)
        self.file = Path(f"{folder}/entries")
        if not self.file.exists():
            with self.file.open("wb") as out:
                subprocess.run(["psql", "-X", "-q", "-A", "-t", "-c", "SELECT convert_from(entry, 'UTF8') FROM log.events WHERE position % 20 = 0", self.url], check=True, stdout=out)

    def measure(self, _):
        Relayed.count += 1
        topic = f"theirs-{Relayed.count}"
        self.broker.topic(topic)
        before = os.times()
        text = run([HOME / "bin/kafka-java", "org.apache.kafka.tools.ProducerPerformance", "--topic", topic, "--num-records", self.ENTRIES, "--payload-file", self.file, "--throughput", -1, "--producer-props", f"bootstrap.servers={self.broker.servers}", "acks=all", "enable.idempotence=true", "linger.ms=5", "batch.size=1000000"])
        after = os.times()
        self.used += after.children_user + after.children_system - before.children_user - before.children_system
        # "1000000 records sent, 123456.7 records/sec (…"
        return float(text.strip().split("\n")[-1].split(" records/sec")[0].split()[-1])


class Projected(Relayed):
    """Ours: all models from the first entry on, as they come from a topic."""

    name = "project --from kafka"
    topic = "projected"

    def __init__(self, server, build, folder):
        super().__init__(server, build, folder)
        if not server.sql("history", f"SELECT 1 FROM relay.topics WHERE topic = '{self.topic}'"):
            self.broker.topic(self.topic)
            self.relay(self.topic)
            self.used = 0.0

    def more(self):
        return ["--from", "kafka", "--kafka", self.broker.servers, "--topic", self.topic]

    def measure(self, _):
        tables = self.server.sql("history", "SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') FROM pg_tables WHERE schemaname IN (SELECT 'model_' || projection || '_' || build FROM models.active)")
        self.server.sql("history", f"TRUNCATE {tables}; DELETE FROM models.cursors; DELETE FROM models.shares; DELETE FROM models.reached; INSERT INTO models.cursors (build, position) SELECT build, 0 FROM models.active")
        return self.through(["project", *self.more()], "SELECT min(position) FROM models.positions")


class FromLog(Projected):
    """Theirs: the same from the log."""

    name = "project, from the log"

    def more(self):
        return []


class Apart(Marketplace):
    """Ours with each part in a process of its own, and read models that come from a topic."""

    def __init__(self, server, build, folder):
        # Founds the log and publishes the agents.
        whole = Marketplace(server, build, folder, "pages.txt")
        whole.stop()
        self.server, self.folder, self.database, self.token = server, folder, "market", whole.token
        broker, topic = Broker.of(folder), "apart"
        broker.topic(topic)
        kafka = ["--kafka", broker.servers, "--topic", topic]
        files = ["--artifacts", f"{folder}/files", "--port", "0"]
        self.processes = []
        self.begin(build, ["relay", *kafka])
        self.begin(build, ["project", "--from", "kafka", *kafka])
        self.url = self.begin(build, ["command", "--data", f"{folder}/apart-command", *files], isFront=True)
        self.reading = self.begin(build, ["query", "--data", f"{folder}/apart-query", *files], isFront=True)
        while server.sql("market", "SELECT (SELECT min(position) FROM models.positions) = (SELECT max(position) + 1 FROM log.events) AND (SELECT next FROM relay.topics) = (SELECT max(position) + 1 FROM log.events)") != "t":
            time.sleep(0.2)

    def begin(self, build, words, isFront=False):
        process = subprocess.Popen([build / "marketplace", *words, "--database-url", self.server.url("market")], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.processes.append(process)
        self.started.append(process)
        while isFront and "ready at" not in (line := process.stdout.readline()):
            if not line:
                raise SystemExit(f"{words[0]} did not start")
        return line.split("ready at ")[1].split()[0] if isFront else None

    def get(self, path):
        with urllib.request.urlopen(self.reading + path) as answer:
            return answer.read()

    def stop(self):
        for process in self.processes:
            process.terminate()
            process.wait()
