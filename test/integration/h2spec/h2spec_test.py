"""The HTTP/2 conformance suite h2spec against a listener of the built proxy.

usage: h2spec_test.py UNDERSTUDY H2spec.test_...
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "faults"))
import built_proxy  # noqa: E402

CONFIGURATION = """
workers: 1
listeners: [{{name: inference, address: "127.0.0.1:0"}}]
clusters:
  - {{name: v1, endpoints: ["{model}"]}}
routes:
  - {{name: all, match: {{path_prefix: /}}, effects: pure, incumbent: v1}}
admin: {{grpc: "127.0.0.1:0", http: "127.0.0.1:0"}}
data_dir: {folder}/data
log: {{format: text, access: off}}
drain: {{grace: 0s, timeout: 1s}}
"""

# docs/http2.md says why.
ALLOWED = {
    ("3.5. HTTP/2 Connection Preface", "Sends invalid connection preface"),
    ("5.3.1. Stream Dependencies", "Sends PRIORITY frame that depend on itself"),
}


def build(folder):
    """The program, of the versions that go.sum pins; skips the test where it cannot be had."""
    go = shutil.which("go") or shutil.which("/usr/local/go/bin/go")
    if go is None:
        raise unittest.SkipTest("h2spec is built with Go, which is not installed")
    program = folder / "h2spec"
    done = subprocess.run([go, "build", "-o", program, "github.com/summerwind/h2spec/cmd/h2spec"],
                          cwd=HERE, env={**os.environ, "GOFLAGS": "-mod=readonly"},
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise unittest.SkipTest(f"h2spec cannot be built here: {done.stderr[-400:]}")
    return program


class H2spec(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def test_a_listener_passes_h2spec_but_for_what_is_documented(self):
        program = build(self.folder)
        model = built_proxy.JsonModel({"text": "x" * 2000})
        self.addCleanup(model.close)
        proxy = built_proxy.BuiltProxy(sys.argv[1], self.folder, CONFIGURATION, model=model.address)
        self.addCleanup(proxy.close)
        report = self.folder / "report.xml"
        done = subprocess.run([program, "-h", "127.0.0.1", "-p", str(proxy.port), "-j", report],
                              capture_output=True, text=True, check=False, timeout=240)
        suites = xml.parse(report).getroot()
        cases = [(suite.get("name"), case.get("package"), case.get("classname"),
                  case.find("failure") is not None or case.find("error") is not None)
                 for suite in suites for case in suite.findall("testcase")]
        failed = {(suite, name) for suite, _, name, wrong in cases if wrong}
        self.assertGreater(len(cases), 140)
        self.assertEqual(failed, ALLOWED, done.stdout)
        self.assertGreater(proxy.metric("understudy_http2_connection_errors_total"), 50)
        self.assertIsNone(proxy.process.poll())


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
