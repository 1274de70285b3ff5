"""MLServer's gRPC port behind Understudy, asked by tritonclient as if directly.

usage: mlserver_grpc_test.py UNDERSTUDY UNDERSTUDYCTL MlserverGrpc.test_...
"""

import sys
import unittest

from real_servers import enter_environment

if __name__ == "__main__":
    enter_environment()

import tritonclient.grpc

from mlserver_models import OUTPUTS, MlserverModels

INFER = "/inference.GRPCInferenceService/ModelInfer"


class MlserverGrpc(MlserverModels):
    def digits_pair(self, candidate):
        """Understudy before an MLServer with the incumbent and one with that model."""
        addresses = [grpc for _, grpc in self.serve_both(candidate)]
        pairing = self.start(*addresses, "oip-v2", INFER, protocol="http2")
        self.connect(tritonclient.grpc.InferenceServerClient)
        return pairing

    def infer(self, client, rows, datatype="FP64"):
        """{output: its values}; the tensors are raw both ways."""
        pixels = tritonclient.grpc.InferInput("pixels", list(rows.shape), datatype)
        pixels.set_data_from_numpy(rows)
        result = client.infer("digits", [pixels], request_id="7", outputs=[
            tritonclient.grpc.InferRequestedOutput(name) for name in OUTPUTS])
        self.assertEqual(len(result.get_response().raw_output_contents), len(OUTPUTS))
        return {name: result.as_numpy(name).tolist() for name in OUTPUTS}

    def test_a_model_in_a_second_mlserver_answers_the_same(self):
        self.assert_alike()

    def test_other_labels_are_seen_by_top1(self):
        self.assert_labels_seen()

    def test_its_metadata_and_its_errors_are_its_own(self):
        pairing = self.digits_pair("incumbent")
        self.assertTrue(self.clients[1].is_server_live() and self.clients[1].is_model_ready("digits"))
        self.assertEqual(self.unchanged(lambda client: client.get_model_metadata("digits")).name, "digits")
        self.assertIn("features", self.unchanged(self.refusal)[1])
        pairing.assert_compared(1)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
