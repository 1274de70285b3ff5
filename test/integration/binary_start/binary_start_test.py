"""How the built proxy starts, refuses to start and ends: its command line, exit codes, sentences.

usage: binary_start_test.py UNDERSTUDY BinaryStart.test_...
"""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

UNDERSTUDY = sys.argv[1]
CONFIGURATION = """
workers: 1
listeners: [{{name: inference, address: "127.0.0.1:{port}"}}]
clusters:
  - {{name: v1, endpoints: ["127.0.0.1:9"]}}
routes:
  - {{name: all, match: {{path_prefix: /}}, effects: pure, incumbent: v1}}
admin: {{grpc: "127.0.0.1:{grpc}", http: "127.0.0.1:{http}"}}
data_dir: {data}
log: {{format: text, level: {level}, access: off}}
drain: {{grace: 0s, timeout: 5s}}
"""
READY = re.compile(r"ready: listener port (\d+), admin grpc port (\d+), admin http port (\d+)")


def run(*words):
    """(exit code, standard output, standard error); it has to end by itself."""
    done = subprocess.run([UNDERSTUDY, *words], capture_output=True, text=True, timeout=30,
                          stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


class BinaryStart(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def configuration(self, name="understudy", port=0, grpc=0, http=0, data=None, level="info"):
        path = self.folder / f"{name}.yaml"
        path.write_text(CONFIGURATION.format(port=port, grpc=grpc, http=http, level=level,
                                             data=data or self.folder / f"{name}-data"))
        return path

    def popen(self, *words):
        process = subprocess.Popen([UNDERSTUDY, *words], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait, 20)
        self.addCleanup(process.kill)
        return process

    def start(self, *words):
        """The process, once it said that it is ready, and what it wrote until then."""
        process = self.popen(*words)
        lines = []
        for line in process.stderr:
            lines.append(line)
            if READY.search(line):
                return process, "".join(lines)
        self.fail(f"it ended before it was ready: {''.join(lines)}")

    def assert_usage(self, words, *sentences):
        code, out, err = run(*words)
        self.assertEqual((code, out), (2, ""), err)
        for sentence in sentences:
            self.assertIn(sentence, err)

    # The command line.

    def test_a_misspelt_flag_exits_2_and_names_the_nearest(self):
        self.assert_usage(["run", "--confg", "x.yaml"], "'--confg'", "did you mean --config?",
                          "See 'understudy run --help'")
        self.assert_usage(["--log-levl=debug", "version"], "did you mean --log-level?")
        self.assert_usage(["run", "--log-levl", "debug", "--config", "x"], "did you mean --log-level?")

    def test_a_misspelt_subcommand_exits_2_and_names_the_nearest(self):
        self.assert_usage(["rnu", "--config", "x.yaml"], "'rnu'", "did you mean run?")
        self.assert_usage(["config", "schmea"], "'schmea'", "did you mean schema?")
        self.assert_usage(["teapot"], "unknown subcommand 'teapot'")

    def test_a_missing_subcommand_exits_2_and_lists_them(self):
        self.assert_usage([], "needs a subcommand: run, check, config, version")
        self.assert_usage(["config"], "needs a subcommand: schema")
        self.assert_usage(["--config", "x.yaml"], "needs a subcommand before '--config'")

    def test_a_missing_configuration_exits_2_and_names_the_flag(self):
        for command in "run", "check":
            self.assert_usage([command], "--config is required")
            self.assert_usage([command, "--config"], "--config needs a value")

    def test_check_notes_an_expired_ignore_rule_and_exits_0(self):
        path = self.configuration()
        path.write_text(path.read_text().replace(
            "incumbent: v1}", "incumbent: v1, compare: {preset: generic-json, ignore: "
            "[{path: /at, reason: a time, owner: serving, expires: 2020-01-31}]}}"))
        code, out, err = run("check", "--config", str(path))
        self.assertEqual(code, 0)
        self.assertIn("valid", out)
        self.assertIn("the ignore rule '/at' expired on 2020-01-31 and still applies", err)
        self.assertIn("'serving'", err)

    def test_a_superfluous_word_exits_2(self):
        self.assert_usage(["run", "x.yaml"], "unknown argument 'x.yaml'")

    def test_an_unknown_log_level_exits_2_and_lists_the_levels(self):
        self.assert_usage(["version", "--log-level", "loud"], "--log-level", "loud", "trace", "error")

    def test_help_names_every_subcommand_and_flag_and_exits_0(self):
        code, out, err = run("--help")
        self.assertEqual((code, err), (0, ""))
        for word in ("run", "check", "config", "version", "--log-level", "--version", "--help",
                     "Exit codes", "SIGHUP"):
            self.assertIn(word, out)
        for words in ["run"], ["check"], ["config"], ["config", "schema"], ["version"]:
            code, out, err = run(*words, "--help")
            self.assertEqual((code, err), (0, ""))
            self.assertIn(f"Usage: understudy {' '.join(words)}", out)
            self.assertEqual("--config FILE" in out, words[0] in ("run", "check"))

    def test_the_version_is_the_same_as_flag_and_as_subcommand(self):
        code, flag, err = run("--version")
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(flag, r"^understudy \d+\.\d+\.\d+\n$")
        self.assertEqual(run("version"), (0, flag, ""))
        self.assertEqual(run("run", "--version"), (0, flag, ""))

    def test_the_schema_is_json(self):
        code, out, err = run("config", "schema")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("clusters", json.loads(out)["properties"])

    # Starting.

    def test_the_log_level_of_the_flag_wins_on_either_side_of_the_subcommand(self):
        quiet = self.configuration(level="error")
        for words in (["run", "--log-level", "debug"], ["--log-level", "info", "run"]):
            process, _ = self.start(*words, "--config", quiet)
            process.terminate()
            self.assertEqual(process.wait(20), 0)
        loud = self.configuration("loud", level="debug")
        process = self.popen("run", "--config", loud, "--log-level", "error")
        # Once there is a data directory the process waits for SIGTERM, even while it starts.
        deadline = time.monotonic() + 20
        while not (self.folder / "loud-data").exists() and time.monotonic() < deadline:
            time.sleep(0.005)
        process.terminate()
        self.assertEqual(process.stderr.read(), "")
        self.assertEqual(process.wait(20), 0)

    def test_a_terminated_process_says_so_and_exits_0(self):
        process, _ = self.start("run", "--config", self.configuration())
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
        self.assertEqual(process.wait(20), 0)
        self.assertRegex(rest, "draining\n(.*\n)*.*drained\n")

    def test_every_fault_of_a_configuration_is_printed_and_the_exit_code_is_2(self):
        path = self.configuration()
        text = path.read_text().replace("incumbent: v1", "incumbent: v9").replace("workers: 1", "wrokers: 1")
        path.write_text(text)
        for command in "run", "check":
            code, out, err = run(command, "--config", path)
            self.assertEqual((code, out), (2, ""))
            lines = err.splitlines()
            self.assertEqual(len(lines), 2, err)
            for line, words in zip(lines, (["wrokers", "did you mean 'workers'?"], ["v9", "v1"])):
                self.assertRegex(line, rf"^{re.escape(str(path))}:\d+:\d+: ")
                for word in words:
                    self.assertIn(word, line)

    def test_a_configuration_that_is_not_there_exits_2_and_names_the_file(self):
        code, _, err = run("run", "--config", self.folder / "none.yaml")
        self.assertEqual(code, 2)
        self.assertIn("none.yaml", err)
        self.assertIn("No such file", err)

    def assert_in_use(self, taken, **ports):
        code, out, err = run("run", "--config", self.configuration("second", **ports))
        self.assertEqual((code, out), (1, ""), err)
        self.assertIn(f"127.0.0.1:{taken}", err)
        self.assertIn("cannot listen", err)

    def test_a_port_in_use_exits_1_and_names_the_address(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.assert_in_use(port, port=port)
            self.assert_in_use(port, grpc=port)
            self.assert_in_use(port, http=port)

    def test_the_ports_of_a_running_proxy_are_in_use_for_a_second_one(self):
        _, text = self.start("run", "--config", self.configuration("first"))
        listener, grpc, http = READY.search(text).groups()
        self.assert_in_use(listener, port=listener)
        self.assert_in_use(grpc, grpc=grpc)
        self.assert_in_use(http, http=http)

    def test_a_data_directory_in_use_exits_1_and_is_named(self):
        self.start("run", "--config", self.configuration("first"))
        data = self.folder / "first-data"
        code, out, err = run("run", "--config", self.configuration("second", data=data))
        self.assertEqual((code, out), (1, ""), err)
        self.assertIn(str(data), err)
        self.assertIn("another", err)

    def test_a_data_directory_that_cannot_be_made_exits_1_and_is_named(self):
        (self.folder / "file").write_text("not a directory")
        for data in self.folder / "file", self.folder / "file" / "data":
            code, out, err = run("run", "--config", self.configuration(data=data))
            self.assertEqual((code, out), (1, ""), err)
            self.assertIn(f"the data directory {data} cannot be used", err)

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_a_data_directory_without_permission_exits_1_and_is_named(self):
        data = self.folder / "sealed"
        data.mkdir(mode=0o500)
        code, _, err = run("run", "--config", self.configuration(data=data))
        self.assertEqual(code, 1)
        self.assertIn(f"the data directory {data} cannot be used", err)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
