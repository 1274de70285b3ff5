"""Starts, pins and ends the processes of the bench: by process id, and nobody else's."""

import ctypes
import os
import pathlib
import resource
import signal
import subprocess
import time

import processor

PR_SET_PDEATHSIG = 1
PATIENCE = 8  # seconds to end


class Fault(Exception):
    """Something the bench cannot go on with; its text is for the person who runs it."""


class Child:
    """A process pinned to a processor, or to some. It ends with the bench, however that ends."""

    running = []

    def __init__(self, name, command, cores, log_dir, talks=False, environment=None):
        self.name = name
        cores = {cores} if isinstance(cores, int) else cores
        self.log = pathlib.Path(log_dir) / f"{name}.log"
        libc = ctypes.CDLL(None)
        _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)

        def prepare():
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            os.sched_setaffinity(0, cores)
            resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))

        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [str(word) for word in command], preexec_fn=prepare, stderr=log, text=True,
                stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
                stdout=subprocess.PIPE if talks else log,
                env={**os.environ, **(environment or {})})
        self.pid = self.process.pid
        Child.running.append(self)

    def ended(self):
        return self.process.poll() is not None

    def tail(self):
        """The end of its log, for a message."""
        return self.log.read_text(errors="replace")[-600:].strip()

    def stop(self, ask=signal.SIGTERM):
        """Ends it; the exit code. A child that has to be killed is a fault."""
        if self in Child.running:
            Child.running.remove(self)
        if not self.ended() and ask is not None:
            self.process.send_signal(ask)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Fault(f"{self.name} did not end within {PATIENCE} s and was killed") from None
        finally:
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    pipe.close()


def stop_all():
    """Ends what is still running, the newest first."""
    while Child.running:
        try:
            Child.running[-1].stop()
        except Fault as fault:
            print(f"bench: {fault}")


def left_over():
    """Descendants of this process that should not be there any more."""
    return [pid for pid in processor.tree(os.getpid()) if pid != os.getpid()]


def wait_until(done, child, what, seconds=10, pause=0.002):
    """Until `done()`; a fault when it does not happen or the child ends."""
    deadline = time.monotonic() + seconds
    while not done():
        if child.ended():
            raise Fault(f"{child.name} ended before {what}: {child.tail()}")
        if time.monotonic() > deadline:
            raise Fault(f"{what} did not happen within {seconds} s: {child.tail()}")
        time.sleep(pause)
