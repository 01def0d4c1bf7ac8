"""What has nothing to be compared with: printed as it is, with the bound that it has to keep."""
import statistics
import time

from server import run
from serving import Load, Marketplace, Web


def visible(server, build, folder, seconds):
    """From a command's answer to the answer of a read that shows it, under 2,000 events a second."""
    ours = Marketplace(server, build, folder, "pages.txt")
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
    print(f"visible: {len(waits)} commands under 2,000 events/s: median {statistics.median(waits):.1f} ms, p99 {p99:.1f} ms, aim: p99 below 150 ms", flush=True)


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
        under = ours.resident_mebibytes("VmHWM")
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


FIGURES = {"visible": visible, "memory": memory, "idle": idle}
