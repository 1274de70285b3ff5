"""Whole rollouts over gRPC, with binary tensors, in front of the demo's real models.

usage: grpc_models_test.py UNDERSTUDY UNDERSTUDYCTL GrpcModels.test_...
"""

import signal
import sys
import unittest

from model_rollouts import ModelRollouts


class GrpcModels(ModelRollouts):
    server, sender = "serve_grpc.py", "traffic_grpc.py"
    speech = {"protocol": "http2", "path": "/inference.GRPCInferenceService/ModelInfer"}

    def test_a_good_model_ends_up_serving_every_call(self):
        _, good = self.serve("good")
        understudy = self.start(good)
        traffic = self.traffic(understudy)
        self.roll_out(understudy)
        self.assertEqual(self.watch_to_end(understudy), 0)
        self.assertEqual(understudy.ctl("gate", "--route", "m", "--candidate", "v2")[0], 0)
        seen = self.end_traffic(traffic)
        self.assertEqual(seen["faults"], {})
        self.assertGreater(seen["by_version"]["2"], 100)
        coverage = self.coverage(understudy)
        self.assertEqual(coverage["dropped"], 0, coverage)
        self.assertEqual(coverage["compared"], coverage["eligible"], coverage)
        self.assertEqual(understudy.terminate(), 0)

    def test_a_regressed_model_is_rolled_back_before_it_answers_a_call(self):
        self.is_rolled_back_unseen("regressed")

    def test_a_model_that_is_killed_while_it_serves_is_rolled_back_and_no_call_fails(self):
        self.fails_while_it_serves(signal.SIGKILL)

    def test_a_model_that_stops_while_it_serves_is_rolled_back_and_no_call_fails(self):
        self.fails_while_it_serves(signal.SIGSTOP)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
