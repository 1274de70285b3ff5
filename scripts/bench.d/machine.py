"""What was measured, and on what: recorded beside the figures."""

import datetime
import hashlib
import os
import platform
import re
import subprocess

from processor import read, PROC

ENVOY_VERSION = re.compile(r"^.*version: \w+/([\d.]+)/.*$")


def first_line(*command):
    """The first line a command prints, or why there is none."""
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                              timeout=20, check=False)
    except OSError as error:
        return f"not there ({error.strerror})"
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0] if lines else ""


def processor_name():
    for line in read(PROC / "cpuinfo").splitlines():
        if line.startswith(("model name", "Model")):
            return line.partition(":")[2].strip()
    return platform.machine()


def fingerprint(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def load():
    return [float(word) for word in read(PROC / "loadavg").split()[:3]]


def description(run, is_built):
    """Kernel, processor, versions, commit, load."""
    versions = {
        "understudy": first_line(run.understudy, "version").removeprefix("understudy "),
        "nginx": first_line("nginx", "-v").rpartition("/")[2],
        "haproxy": first_line("haproxy", "-v").removeprefix("HAProxy version ").split(" ")[0],
        "compiler": first_line("g++", "--version"),
        "envoy": ENVOY_VERSION.sub(r"\1", first_line(run.envoy, "--version")) if run.envoy
                 else "left out",
    }
    commit = first_line("git", "rev-parse", "--short", "HEAD")
    if first_line("git", "status", "--porcelain", "-uno"):
        commit += ", changed since"
    if not is_built:
        commit += ", but the program was built before this run, perhaps from another one"
    return {
        "at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "kernel": platform.release(),
        "processor": processor_name(),
        "processors": len(os.sched_getaffinity(0)),
        "memory_kb": int(read(PROC / "meminfo").split()[1]),
        "understudy_sha256": fingerprint(run.understudy),
        "load_before": load(),
        "commit": commit,
        "versions": versions,
    }
