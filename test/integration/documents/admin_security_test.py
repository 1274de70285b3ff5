"""What docs/admin-security.md shows, typed as it stands: certificates, tokens, a server, clients.

usage: admin_security_test.py UNDERSTUDY UNDERSTUDYCTL AdminSecurity.test_...
"""

import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.append(str(ROOT / "test/integration/faults"))
from built_proxy import BuiltProxy  # noqa: E402

PAGE = (ROOT / "docs/admin-security.md").read_text("utf-8")
UNDERSTUDY, UNDERSTUDYCTL = sys.argv[1:3]
REST = """
listeners:
  - {name: inference, address: "127.0.0.1:0"}
clusters:
  - {name: v1, endpoints: ["127.0.0.1:9"], version: "1"}
  - {name: v2, endpoints: ["127.0.0.1:9"], version: "2"}
routes:
  - {name: digits, match: {path_prefix: /}, effects: pure, incumbent: v1, compare: {preset: oip-v2},
     candidates: [{cluster: v2, mirror: {rate: 1.0}}]}
data_dir: data
log: {format: text, access: "off"}
drain: {grace: 0s}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def blocks(language):
    return [text for spoken, text in re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.S | re.M)
            if spoken == language]


class AdminSecurity(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        programs = self.folder / "build/bin"
        programs.mkdir(parents=True)
        for program in UNDERSTUDY, UNDERSTUDYCTL:
            (programs / pathlib.Path(program).name).symlink_to(program)
        self.port = free_port()
        commands = [block for block in blocks("") if "build/bin/" in block or "openssl" in block]
        self.make_certificates, self.make_tokens, self.ask, self.ask_by_variables = commands

    def shell(self, script, expected=0):
        """Runs the lines of the page, with the port of this test."""
        result = subprocess.run(["bash", "-ec", script.replace("9900", str(self.port))], text=True,
                                capture_output=True, timeout=60, cwd=self.folder)
        self.assertEqual(result.returncode, expected, f"{script}\n{result.stdout}{result.stderr}")
        return result.stdout + result.stderr

    def configuration(self, admin):
        text = admin.replace("9900", str(self.port)).replace("9901", "0") + REST
        # The page is about a server that is started where the files are.
        return re.sub(r"\b(admin\.pem|admin\.key|ca\.pem|tokens)(?=[,}\n])",
                      lambda name: str(self.folder / name[0]), text)

    def start(self, admin):
        text = self.configuration(admin).replace("data_dir: data", f"data_dir: {self.folder}/data")
        proxy = BuiltProxy(UNDERSTUDY, self.folder, text.replace("{", "{{").replace("}", "}}"))
        self.addCleanup(proxy.close)
        return proxy

    def make_files(self):
        self.shell("umask 077\n" + self.make_certificates)
        self.shell("umask 077\n" + self.make_tokens)

    def test_the_five_minutes_end_with_answers(self):
        self.make_files()
        self.start(blocks("yaml")[0])
        self.shell(self.ask)
        self.assertIn("digits", self.shell(self.ask_by_variables))
        as_ci = self.ask_by_variables.splitlines()[0] + "\n"
        promote = "build/bin/understudyctl rollout promote --route digits --override --reason x"
        self.assertIn("Promote needs the role approver; 'ci' has the role viewer",
                      self.shell(as_ci + promote, expected=7))
        self.assertIn("send a token",
                      self.shell(self.ask.replace("--token-file ada.token", ""), expected=7))

    def test_the_journal_names_the_holder_of_the_token(self):
        self.make_files()
        self.start(blocks("yaml")[0])
        begin = self.ask.replace("rollout list", "rollout create --route digits --start")
        self.shell(begin)
        shown = self.shell(self.ask.replace("rollout list", "report --route digits --format json"))
        self.assertIn('"operator:ada (claims ', shown)

    def test_a_secret_in_a_variable_needs_no_file(self):
        self.make_files()
        self.start(blocks("yaml")[0])
        words = re.search(r"`(--token-file <\(.*?\))`", PAGE)[1]
        self.shell("TOKEN=$(cat ada.token)\n" + self.ask.replace("--token-file ada.token", words))

    def test_certificates_of_clients_have_the_roles_of_the_page(self):
        self.make_files()
        self.start(blocks("yaml")[1])
        make = """
umask 077
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout me.key -out me.csr -subj "/CN=deploy"
openssl x509 -req -in me.csr -CA ca.pem -CAkey ca.key -days 1 -out me.pem
"""
        self.shell(make)
        as_me = "--tls-cert me.pem --tls-key me.key"
        self.shell(self.ask.replace("--token-file ada.token", as_me))
        reload = self.ask.replace("--token-file ada.token", as_me).replace("rollout list",
                                                                          "config reload")
        self.assertIn("Reload needs the role admin; 'deploy' has the role approver",
                      self.shell(reload, expected=7))
        # The page's address is for tokens; a client that shows nothing is not let in.
        self.shell(self.ask.replace("--token-file ada.token", ""), expected=8)

    def test_the_metrics_of_the_page_are_there(self):
        proxy = self.start('admin: {grpc: "127.0.0.1:0", http: "127.0.0.1:0"}\n')
        reasons = re.findall(r"^\| `(\w+)` \|", PAGE, re.M)
        self.assertEqual(len(reasons), 4)
        for reason in reasons:
            self.assertEqual(proxy.metric("understudy_admin_denied_total", f'reason="{reason}"'), 0)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
