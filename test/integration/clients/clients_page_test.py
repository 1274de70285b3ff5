"""What docs/clients.md shows is what works: its configuration, and each client's lines as they stand.

usage: clients_page_test.py UNDERSTUDY UNDERSTUDYCTL ClientsPage.test_...
"""

import contextlib
import io
import re
import subprocess
import sys
import unittest

from pairing import ROOT, BuiltProxy, wait_for
from real_servers import enter_environment

if __name__ == "__main__":
    enter_environment()

from digits_models import DigitsModels

PAGE = (ROOT / "docs" / "clients.md").read_text("utf-8")
PROXY = "127.0.0.1:8080"


def block(heading, language):
    """The first fenced block of that language below a heading of the page."""
    return re.search(rf"^#+ {heading}$.*?^```{language}\n(.*?)^```", PAGE, re.M | re.S).group(1)


class ClientsPage(DigitsModels):
    def start_page(self, **servers):
        """Understudy with the page's configuration; `servers` are addresses by cluster."""
        text = block("Pointing a client at Understudy", "yaml")
        for cluster, port in (("llm_1", 9001), ("llm_2", 9002), ("digits_1", 9003), ("digits_2", 9004),
                              ("digits_grpc_1", 9005), ("digits_grpc_2", 9006)):
            text = text.replace(f"127.0.0.1:{port}", servers.get(cluster, "127.0.0.1:9"))
        for address in PROXY, "127.0.0.1:9900", "127.0.0.1:9901":
            text = text.replace(address, "127.0.0.1:0")
        text = text.replace("./understudy-data", "{folder}/data")
        proxy = BuiltProxy(self.programs[0], self.folder,
                           re.sub(r"[{}]", lambda brace: brace.group() * 2, text).replace(
                               "{{folder}}", "{folder}"))
        self.addCleanup(proxy.close)
        return proxy

    def start_language(self):
        ports = [self.spawn("serve_llm.py", "--name", name) for name in ("my-model", "my-model-2")]
        incumbent, candidate = self.addresses(ports, "/health")
        return self.start_page(llm_1=incumbent, llm_2=candidate)

    def run_block(self, proxy, heading):
        """What the Python lines below that heading print."""
        lines = block(heading, "python").replace(PROXY, f"127.0.0.1:{proxy.port}")
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(lines, heading, "exec"), {})
        return printed.getvalue()

    def assert_compared(self, proxy, **pairs):
        """That many pairs by route were compared, and none could not be."""
        def compared(route):
            return proxy.metric("understudy_mirror_pairs_total", f'route="{route}"')
        for route, count in pairs.items():
            wait_for(lambda: compared(route) >= count)
            self.assertEqual(compared(route), count)
        self.assertEqual(proxy.metric("understudy_mirror_pairs_total", 'outcome="uncomparable"'), 0)

    def test_the_openai_client(self):
        proxy = self.start_language()
        self.assertRegex(self.run_block(proxy, "OpenAI"), r"(?s)^\w.*\n.*256\n$")
        self.assert_compared(proxy, chat=2, embeddings=1)

    def test_the_anthropic_client(self):
        proxy = self.start_language()
        self.assertIn("\n", self.run_block(proxy, "Anthropic"))  # sampled texts may be short
        self.assert_compared(proxy, messages=2)

    def test_tritonclient(self):
        incumbent, candidate = self.addresses(self.spawn_models("serve.py", "incumbent", "good"),
                                              "/v2/health/ready")
        proxy = self.start_page(digits_1=incumbent, digits_2=candidate)
        self.assertRegex(self.run_block(proxy, "tritonclient"), r"^\[\d\] True\n$")
        self.assert_compared(proxy, digits=1)

    def start_grpc(self):
        incumbent, candidate = self.addresses(self.spawn_models("serve_grpc.py", "incumbent", "good"))
        return self.start_page(digits_grpc_1=incumbent, digits_grpc_2=candidate)

    def test_tritonclient_over_grpc(self):
        proxy = self.start_grpc()
        self.assertRegex(self.run_block(proxy, "tritonclient over gRPC"), r"^\[\d\] True\n$")
        self.assert_compared(proxy, **{"digits-grpc": 1})

    def test_any_client_of_grpc(self):
        self.assertEqual(self.run_block(self.start_grpc(), "Any client of gRPC"), "SERVING\n")

    def test_curl(self):
        proxy = self.start_language()
        command = block("curl", "").replace(PROXY, f"127.0.0.1:{proxy.port}")
        run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=30)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertTrue(run.stdout.startswith("data: {"), run.stdout)
        self.assertTrue(run.stdout.endswith("data: [DONE]\n\n"), run.stdout)
        self.assert_compared(proxy, chat=1)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
