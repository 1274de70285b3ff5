"""A full disk under the divergence records, with the built proxy: dropped, counted, unnoticed.

usage: full_disk_test.py UNDERSTUDY FullDisk.test_...
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "faults"))
from built_proxy import BuiltProxy, JsonModel, ask_all, wait_for

CONFIGURATION = """
workers: 1
listeners: [{{name: inference, address: "127.0.0.1:0"}}]
clusters:
  - {{name: v1, endpoints: ["{incumbent}"]}}
  - {{name: v2, endpoints: ["{candidate}"]}}
routes:
  - name: all
    match: {{path_prefix: /}}
    effects: pure
    incumbent: v1
    candidates: [{{cluster: v2, mirror: {{rate: 1.0}}}}]
    compare: {{preset: generic-json}}
    capture: {{mode: all}}
admin: {{grpc: "127.0.0.1:0", http: "127.0.0.1:0"}}
data_dir: {folder}/data
log: {{format: text, access: off}}
drain: {{grace: 0s, timeout: 5s}}
"""
REQUESTS = 300


class FullDisk(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def mount(self, size):
        """A disk of that many bytes under the records."""
        records = self.folder / "data" / "records"
        records.mkdir(parents=True)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", records],
                                 capture_output=True, text=True)
        if mounted.returncode != 0:
            self.skipTest(f"no small disk can be mounted here: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", records], check=True)
        return records

    @unittest.skipIf(os.geteuid() != 0, "only root mounts a small disk")
    def test_a_full_disk_drops_records_and_no_client_notices(self):
        records = self.mount(64 << 10)
        incumbent, candidate = JsonModel({"label": "cat"}), JsonModel({"label": "dog"})
        self.addCleanup(incumbent.close)
        self.addCleanup(candidate.close)
        proxy = BuiltProxy(sys.argv[1], self.folder, CONFIGURATION, incumbent=incumbent.address,
                           candidate=candidate.address)
        self.addCleanup(proxy.close)
        answers, slowest = ask_all(proxy.port, REQUESTS, body=b'{"x": "' + b"y" * 600 + b'"}')
        self.assertEqual(set(answers), {(200, b'{"label": "cat"}')})
        self.assertLess(slowest, 0.5)

        def accounted():
            return (proxy.metric("understudy_records_written_total")
                    + proxy.metric("understudy_records_dropped_total") == REQUESTS)
        wait_for(accounted)
        self.assertEqual(
            proxy.metric("understudy_mirror_pairs_total", 'outcome="compared"'), REQUESTS)
        self.assertGreater(
            proxy.metric("understudy_records_dropped_total", 'reason="disk_full"'), 0)
        self.assertGreater(proxy.metric("understudy_records_written_total"), 0)
        # What is there is whole lines.
        for segment in records.glob("*.jsonl"):
            self.assertEqual(segment.read_bytes()[-1:], b"\n", segment)
        self.assertEqual(proxy.terminate(), 0)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
