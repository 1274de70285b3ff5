"""scripts/check, run on tiny trees: it passes a clean one and names file, line and rule otherwise."""

import pathlib
import subprocess
import tempfile
import unittest

CHECK = pathlib.Path(__file__).resolve().parents[3] / "scripts" / "check"
CLEAN = """// A value.
#pragma once

#include <string>

#include "proxy/base/time.h"
"""


class Check(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("proxy/model/value.h", CLEAN)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def refused(self, *wanted):
        """Asserts that the check fails and prints each wanted text."""
        run = subprocess.run([CHECK, "--root", self.root], capture_output=True, text=True)
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        for text in wanted:
            self.assertIn(text, run.stdout)

    def test_passes_a_clean_tree(self):
        run = subprocess.run([CHECK, "--root", self.root], capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_refuses_asio_in_the_model(self):
        self.write("proxy/model/timer.h", "// A timer.\n#pragma once\n\n#include <boost/asio.hpp>\n")
        self.refused("proxy/model/timer.h:4: includes boost/asio.hpp; proxy/model may not use Asio")

    def test_refuses_an_include_of_a_higher_layer(self):
        self.write("proxy/routing/assign.cc",
                   '// Assigns.\n#include "proxy/wire/pool.h"\n')
        self.refused("proxy/routing/assign.cc:2: includes proxy/wire/pool.h; proxy/routing may "
                     "include only")

    def test_refuses_protobuf_outside_the_control_plane(self):
        self.write("proxy/flow/serve.cc", '// Serves.\n#include "understudy/v1/types.pb.h"\n')
        self.write("proxy/flow/read.cc", "// Reads.\n#include <google/protobuf/message.h>\n")
        self.refused("proxy/flow/serve.cc:2: includes understudy/v1/types.pb.h",
                     "proxy/flow/read.cc:2: includes google/protobuf/message.h; proxy/flow may not "
                     "use Protobuf")

    def test_refuses_grpc_in_a_comparator_but_the_remote_one(self):
        self.write("comparators/json.cc", "// Compares.\n#include <grpcpp/grpcpp.h>\n")
        self.write("comparators/remote/ask.cc", "// Asks.\n#include <grpcpp/grpcpp.h>\n")
        self.write("comparators/exact.cc",
                   '// Compares.\n#include "comparators/remote/service_rule.h"\n')
        self.refused("comparators/json.cc:2: includes grpcpp/grpcpp.h; comparators may not use gRPC",
                     "comparators/exact.cc:2: includes comparators/remote/service_rule.h; comparators")
        run = subprocess.run([CHECK, "--root", self.root], capture_output=True, text=True)
        self.assertNotIn("comparators/remote/ask.cc", run.stdout)

    def test_refuses_a_clock_read_outside_its_home(self):
        self.write("proxy/evidence/age.cc",
                   "// Ages.\nauto now = std::chrono::steady_clock::now();\n")
        self.write("proxy/async/clock.cc",
                   "// Reads.\nauto now = std::chrono::steady_clock::now();\n")
        self.refused("proxy/evidence/age.cc:2: reads a clock")
        run = subprocess.run([CHECK, "--root", self.root], capture_output=True, text=True)
        self.assertNotIn("proxy/async/clock.cc", run.stdout)

    def test_refuses_threads_where_only_decisions_are_made(self):
        self.write("proxy/rollout/machine.cc", "// Decides.\n#include <thread>\n")
        self.refused("proxy/rollout/machine.cc:2: includes thread; proxy/rollout only decides")

    def test_refuses_a_test_that_sleeps(self):
        self.write("test/unit/model/value_test.cc",
                   "// Waits.\nvoid Wait() { std::this_thread::sleep_for(kLong); }\n")
        self.refused("test/unit/model/value_test.cc:2: sleeps")

    def awaiting(self, *statements):
        """Writes a file with a coroutine per statement; each stands on a line of its own, from 4."""
        lines = ["// Awaits.", '#include "proxy/async/task.h"', "namespace understudy {"]
        lines += [f"Task<> T{i}() {{ {statement} }}" for i, statement in enumerate(statements)]
        # Formatting is another rule's.
        self.write("proxy/wire/wait.cc", "\n".join(lines + ["}", ""]))
        run = subprocess.run([CHECK, "--root", self.root], capture_output=True, text=True)
        return [int(line.split(":")[1]) for line in run.stdout.splitlines()
                if line.startswith("proxy/wire/wait.cc:") and "statement of its own" in line]

    def test_takes_an_await_in_a_statement_of_its_own(self):
        self.assertEqual(self.awaiting(
            "co_await f();", "x = co_await f();", "const T x = co_await f(a ? b : c, d && e);",
            "auto [error, bytes] = co_await socket.async_read_some(buffer(), kAwait);",
            "co_return co_await f();", "if (a && b) x = co_await f();",
            "if (c(d(), {e})) { co_await f(); } else co_await g<int>();",
            "while (!set) co_await timer_->async_wait(kAwait);",
            "switch (a) { case A::kB: co_await f(); }", "auto&& x = co_await f();",
            "for (auto& a : b()) { if (c == d || e) { a.x[1] = co_await f(); } }",
            "// if (co_await f())", 'Log("if (co_await f())");',
            "Spawn([](int a) -> Task<> { co_await f(a); }(1));"), [])

    def test_refuses_an_await_inside_an_expression(self):
        refused = [
            "if (co_await f()) g();", "while (a && co_await f()) {}", "x = a && co_await f();",
            "x = a || co_await f();", "x = co_await f() || a;", "x = a ? co_await f() : b;",
            "x = co_await f() ? a : b;", "g(a, co_await f());", "co_await g(co_await f());",
            "T x{co_await f()};", "T x(co_await f());", "x = !co_await f();",
            "for (int i = 0; co_await f(); ++i) {}", "switch (co_await f()) {}",
            "co_return a && co_await f();", "if (a) b = co_await f() == c;", "return {co_await f()};",
            "if ((x = co_await f())) co_await g();", "x = co_await f() + co_await g();"]
        self.assertEqual(sorted(set(self.awaiting(*refused))),
                         [4 + i for i in range(len(refused))])

    def test_refuses_vague_names_and_unfinished_work(self):
        self.write("proxy/model/thing.h",
                   "// A thing.\n#pragma once\n\nclass ThingManager {};  // TO" "DO: more\n")
        self.write("proxy/model/string_util.h", "// Strings.\n#pragma once\n")
        self.refused("proxy/model/thing.h:4: names a type ThingManager",
                     "proxy/model/thing.h:4: marks unfinished work",
                     "proxy/model/string_util.h:1: is named for nothing in particular")

    def test_refuses_a_folder_without_a_layer(self):
        self.write("proxy/extra/thing.h", "// A thing.\n#pragma once\n")
        self.refused("proxy/extra/thing.h:1: is in a folder of no layer")

    def test_refuses_unformatted_code(self):
        self.write("proxy/model/wide.h", "// Wide.\n#pragma once\n\nint  a ;\n")
        self.refused("proxy/model/wide.h:4: not formatted")

    def test_refuses_a_document_with_another_table_of_layers(self):
        self.write("docs/architecture.md", "| layer | folder |\n")
        self.refused("docs/architecture.md:1: does not show the table of layers.toml")


if __name__ == "__main__":
    unittest.main()
