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


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=30)


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

    def test_the_demo_has_a_configuration_that_is_accepted(self):
        text = (ROOT / "scripts/demo.d/understudy.yaml").read_text("utf-8")
        ports = iter(range(20001, 20010))
        self.assert_accepted(re.sub(r"@[A-Z_]+@", lambda _: f"127.0.0.1:{next(ports)}", text))

    def test_every_operator_command_of_the_documents_is_understood(self):
        commands = []
        for path in ("README.md", "docs/operations.md"):
            text = (ROOT / path).read_text("utf-8").replace("\\\n", " ")
            commands += re.findall(r"^build/bin/understudyctl (.+)$", text, re.M)
        self.assertGreater(len(commands), 10)
        for command in commands:
            # Port 9 of the loopback address answers nothing: 8 says the command line was fine.
            words = shlex.split(re.sub(r" --(?:wait|output) \S+", "", command))
            result = run(UNDERSTUDYCTL, "--address", "127.0.0.1:9", "--timeout", "1s", *words)
            self.assertEqual(result.returncode, 8, f"{command}\n{result.stdout}{result.stderr}")

    def test_the_life_of_a_request_tells_the_numbered_steps_of_the_code(self):
        told = re.findall(r"^\*\*(\d+)\. ", (ROOT / "docs/life_of_a_request.md").read_text("utf-8"), re.M)
        code = "".join((ROOT / "proxy/flow" / name).read_text("utf-8")
                       for name in ("serve_request.cc", "run_shadow.cc"))
        self.assertEqual(told, sorted(set(re.findall(r"// ?(\d+)\b", code))))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
