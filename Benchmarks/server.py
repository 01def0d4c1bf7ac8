"""A Postgres of its own, and how other programs are run and their CPU seconds counted."""
import os
import shutil
import subprocess
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
        return cpu_of(int(Path(f"{self.folder}/data/postmaster.pid").read_text().split()[0]))

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


def peak_mebibytes(process):
    """The most resident memory that a process has had, or 0 when it has ended."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0)


def cpu_of(first):
    """CPU seconds of a process, of its children that live and of those that it has waited for."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(stat.parent.name) == first:
            total += sum(int(field) for field in fields[11:15])
        elif int(fields[1]) == first:
            total += int(fields[11]) + int(fields[12])
    return total / TICKS
