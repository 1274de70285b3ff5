"""The example judge of docs/examples between understudyctl and a model server of OpenAI's protocol.

usage: judge_example_test.py UNDERSTUDYCTL JudgeExample.test_...
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "test/support"))

import quiet_server  # noqa: E402

EXAMPLE = ROOT / "docs/examples/judge/openai_judge.py"
UNDERSTUDYCTL = sys.argv[1]


class ModelServer(quiet_server.Server):
    """Answers every chat with the same text and keeps the prompts."""

    def __init__(self, test, text):
        self.prompts, self.keys = [], []
        model = self

        class Handler(quiet_server.Handler):
            def do_POST(self):
                body = json.loads(self.body())
                model.prompts.append(body["messages"][0]["content"])
                model.keys.append(self.headers.get("authorization"))
                choices = [{"message": {"content": text}}]
                self.answer(200, json.dumps({"choices": choices}).encode())

        super().__init__(Handler)
        test.addCleanup(self.close)
        self.url = f"http://{self.address}/v1"


class JudgeExample(unittest.TestCase):
    def judge(self, model):
        """The port of the example, which asks this model."""
        process = subprocess.Popen(
            ["/usr/bin/python3", EXAMPLE, "--url", model.url, "--model", "m", "--address", "127.0.0.1:0"],
            stdout=subprocess.PIPE, text=True, env={"OPENAI_API_KEY": "k3y"})
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, 10)
        self.addCleanup(process.terminate)
        return re.search(r"listening on port (\d+)", process.stdout.readline()).group(1)

    def compare(self, port, **options):
        """understudyctl's exit code, and what it says of two answers."""
        with tempfile.TemporaryDirectory() as folder:
            files = {name: pathlib.Path(folder) / name for name in ("baseline", "candidate", "request")}
            for name, text in zip(files, ("the incumbent's words", "the candidate's words", "why?")):
                files[name].write_text(text)
            run = subprocess.run(
                [UNDERSTUDYCTL, "comparator", "try", "-o", "json", "--use", "judge",
                 "--options", json.dumps({"url": f"http://127.0.0.1:{port}/", **options}),
                 *(word for name in files for word in (f"--{name}", files[name]))],
                capture_output=True, text=True, timeout=60)
        return run.returncode, json.loads(run.stdout)["scores"][0]

    def test_a_model_says_how_far_two_answers_are_apart(self):
        model = ModelServer(self, 'Gladly: {"reason": "another tone", "divergence": 0.4} .')
        code, score = self.compare(self.judge(model), rubric="Mind the tone.")
        self.assertEqual(code, 0)
        self.assertEqual(score["divergence"], 0.4)
        self.assertRegex(score["reason"], r"^another tone \(first: the (incumbent|candidate)'s\)$")
        for part in ("Mind the tone.", "why?", "the incumbent's words", "the candidate's words"):
            self.assertIn(part, model.prompts[0])
        self.assertEqual(model.keys, ["Bearer k3y"])

    def test_a_model_says_which_answer_is_better(self):
        model = ModelServer(self, '{"reason": "as good", "preference": "tie"}')
        code, score = self.compare(self.judge(model), measure="preference")
        self.assertEqual((code, score["divergence"]), (0, 0))

    def test_a_model_that_says_nothing_of_the_kind_leaves_the_pair_uncomparable(self):
        model = ModelServer(self, "I would rather not.")
        code, score = self.compare(self.judge(model))
        self.assertEqual(code, 3)
        self.assertEqual(score["uncomparable"], "comparator_error")
        self.assertIn("answered with status 502", score["reason"])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
