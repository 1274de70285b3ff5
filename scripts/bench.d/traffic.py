"""Drives bench_traffic: the clients, and the model servers they are served by."""

import json

from children import Child, Fault

ERRORS = ("connect", "closed", "closed_idle", "status", "length", "bytes", "malformed")


class Traffic:
    """One bench_traffic. Counters count from its beginning, quantiles from the last mark."""

    def __init__(self, run, name, core, stubs=(), shape=None, **options):
        words = [f"--stub={stub}" for stub in stubs]
        if shape is not None:
            words += [f"--connections={shape.connections}", f"--body={shape.body}",
                      f"--streams={shape.streams}"]
            words += ([f"--answer-events={shape.events}"] if shape.events
                      else [f"--answer={shape.answer}"])
        for key, value in options.items():
            word = "--" + key.replace("_", "-")
            words.append(word if value is True else f"{word}={value}")
        self.child = Child(name, [run.traffic_program, *words], core, run.folder, talks=True)
        self.ports = [stub["port"] for stub in self._answer()["stubs"]]

    def _answer(self):
        line = self.child.process.stdout.readline()
        if not line:
            raise Fault(f"{self.child.name} ended: {self.child.tail()}")
        return json.loads(line)

    def tell(self, command):
        """Carries out a command; its counters."""
        try:
            self.child.process.stdin.write(command + "\n")
            self.child.process.stdin.flush()
        except BrokenPipeError:
            raise Fault(f"{self.child.name} ended: {self.child.tail()}") from None
        return self._answer()

    def load(self, port):
        return self.tell(f"load {port}")

    def mark(self):
        return self.tell("mark")

    def stop(self):
        """No new requests."""
        return self.tell("stop")

    def end(self):
        """Ends the process."""
        try:
            self.child.process.stdin.close()
        except BrokenPipeError:
            pass
        self.child.stop(ask=None)


def error_count(marked):
    """How many answers, or attempts to get one, were wrong."""
    return sum(marked["errors"][kind] for kind in ERRORS)
