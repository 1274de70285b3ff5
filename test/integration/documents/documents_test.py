"""What the README and the demo show is what the program takes.

usage: documents_test.py UNDERSTUDY UNDERSTUDYCTL Documents.test_...
"""

import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text("utf-8")
UNDERSTUDY, UNDERSTUDYCTL = sys.argv[1:3]


def run(*command, cwd=None):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=cwd)


OFFLINE = {"evidence", "simulate", "verify"}


def needs_no_server(command):
    """Whether a command works on files alone."""
    first = command.split()[0]
    return first in OFFLINE | {"comparator", "rescore", "token"} or " --records " in command


def operator_commands(*paths):
    """What follows `build/bin/understudyctl` in the documents, one command each."""
    commands = []
    for path in paths:
        text = (ROOT / path).read_text("utf-8").replace("\\\n", " ")
        commands += re.findall(r"^build/bin/understudyctl ([^#\n]+)", text, re.M)
    return commands


class Documents(unittest.TestCase):
    def assert_accepted(self, text):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "understudy.yaml"
            file.write_text(text)
            result = run(UNDERSTUDY, "check", "--config", file)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_the_readme_has_a_configuration_that_is_accepted(self):
        blocks = re.findall(r"```yaml\n(.*?)```", README, re.S)
        self.assertEqual(len(blocks), 1)
        self.assert_accepted(blocks[0])

    def test_the_page_on_grpc_has_a_configuration_that_is_accepted(self):
        page = (ROOT / "docs/grpc.md").read_text("utf-8")
        whole, more = re.findall(r"```yaml\n(.*?)```", page, re.S)
        self.assert_accepted(whole)
        self.assert_accepted(whole.replace("    effects: pure  ", f"{more}    effects: pure  ", 1))

    def test_the_demo_has_configurations_that_are_accepted(self):
        for name in "understudy.yaml", "understudy_grpc.yaml", "understudy_llm.yaml":
            text = (ROOT / "scripts/demo.d" / name).read_text("utf-8")
            ports = iter(range(20001, 20010))
            self.assert_accepted(re.sub(r"@[A-Z_]+@", lambda _: f"127.0.0.1:{next(ports)}", text))

    def test_every_operator_command_of_the_documents_is_understood(self):
        commands = operator_commands("README.md", "docs/operations.md")
        self.assertGreater(len(commands), 10)
        for command in commands:
            if needs_no_server(command):
                continue
            # Port 9 of the loopback address answers nothing: 8 says the command line was fine.
            words = shlex.split(re.sub(r" ?--(?:wait|output|tls-ca|token-file) \S+", "", command))
            result = run(UNDERSTUDYCTL, "--address", "127.0.0.1:9", "--timeout", "1s", *words)
            self.assertEqual(result.returncode, 8, f"{command}\n{result.stdout}{result.stderr}")

    def test_every_command_about_comparators_and_records_is_understood(self):
        commands = [command for command in operator_commands("docs/operations.md")
                    if needs_no_server(command)]
        self.assertGreater(len(commands), 6)
        for command in commands:
            with tempfile.TemporaryDirectory() as folder:
                result = run(UNDERSTUDYCTL, *shlex.split(command), cwd=folder)
            if result.returncode != 0:  # its files are not there: then the message names one of them
                self.assertRegex(result.stderr, r"(cannot read '|there is no folder |is not there|"
                                                r"the file cannot be read)", command)

    def test_every_offline_command_of_the_documents_does_what_it_says(self):
        commands = [command for command in operator_commands("README.md", "docs/evidence.md")
                    if command.split()[0] in OFFLINE]
        self.assertEqual({command.split()[0] for command in commands}, OFFLINE)
        with tempfile.TemporaryDirectory() as folder:
            files = pathlib.Path(folder)
            configuration = re.search(r"```yaml\n(.*?)```", README, re.S).group(1)
            (files / "understudy.yaml").write_text(configuration)
            (files / "scores.txt").write_text("0.25\n0\n")
            (files / "report.json").write_text('{"schema": "understudy.report/v1", "candidates": []}')
            for command in commands:
                result = run(UNDERSTUDYCTL, *shlex.split(command), cwd=folder)
                self.assertEqual(result.returncode, 0, f"{command}\n{result.stdout}{result.stderr}")

    def test_the_life_of_a_request_tells_the_numbered_steps_of_the_code(self):
        told = re.findall(r"^\*\*(\d+)\. ", (ROOT / "docs/life_of_a_request.md").read_text("utf-8"), re.M)
        code = "".join((ROOT / "proxy/flow" / name).read_text("utf-8")
                       for name in ("serve_request.cc", "run_shadow.cc"))
        self.assertEqual(told, sorted(set(re.findall(r"// ?(\d+)\b", code))))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
