"""What the kernel says of processors, processes and threads."""

import os
import pathlib

TICK = os.sysconf("SC_CLK_TCK")
PROC = pathlib.Path("/proc")


def read(path):
    """A file of /proc, or nothing when its process is gone."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def tree(pid):
    """The process and all its descendants."""
    pids = [pid]
    for task in (PROC / str(pid) / "task").glob("*"):
        for child in read(task / "children").split():
            pids += tree(int(child))
    return pids


def thread_times(pid):
    """{thread id: (name, nanoseconds on a processor)} of the process and its descendants."""
    times = {}
    for one in tree(pid):
        for task in (PROC / str(one) / "task").glob("*"):
            ran = read(task / "schedstat").split()
            if ran:
                times[int(task.name)] = (read(task / "comm").strip(), int(ran[0]))
    return times


def process_seconds(pid):
    """Seconds on a processor by the kernel's other account, in ticks; ended threads count."""
    ticks = 0
    for one in tree(pid):
        fields = read(PROC / str(one) / "stat").rpartition(")")[2].split()
        if fields:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICK


def core_ticks(core):
    """(busy, stolen) ticks of one processor."""
    for line in read(PROC / "stat").splitlines():
        fields = line.split()
        if fields[0] == f"cpu{core}":
            user, nice, system, _, _, irq, softirq, steal = map(int, fields[1:9])
            return user + nice + system + irq + softirq, steal
    raise RuntimeError(f"/proc/stat has no cpu{core}")


def resident_bytes(pid):
    """Resident memory of the process and its descendants."""
    pages = 0
    for one in tree(pid):
        fields = read(PROC / str(one) / "statm").split()
        if fields:
            pages += int(fields[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Snapshot:
    """Times of a process tree and of the processor it is pinned to, at one moment."""

    def __init__(self, pid, core):
        self.threads = thread_times(pid)
        self.seconds = process_seconds(pid)
        self.busy, self.stolen = core_ticks(core)

    def since(self, before):
        """Nanoseconds by (thread id, name), and what the ticks say."""
        threads = {}
        for thread, (name, ran) in self.threads.items():
            threads[thread, name] = ran - before.threads.get(thread, (name, 0))[1]
        return {
            "threads": threads,
            "seconds_by_ticks": self.seconds - before.seconds,
            "core_busy_seconds": (self.busy - before.busy) / TICK,
            "core_stolen_seconds": (self.stolen - before.stolen) / TICK,
        }
