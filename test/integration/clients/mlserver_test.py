"""MLServer with scikit-learn models behind Understudy, asked by tritonclient as if directly.

usage: mlserver_test.py UNDERSTUDY UNDERSTUDYCTL Mlserver.test_...
"""

import sys
import unittest

from real_servers import enter_environment

if __name__ == "__main__":
    enter_environment()

import tritonclient.http

from mlserver_models import OUTPUTS, MlserverModels


class Mlserver(MlserverModels):
    def digits_pair(self, candidate):
        """Understudy before an MLServer with the incumbent and one with that model."""
        addresses = [http for http, _ in self.serve_both(candidate)]
        pairing = self.start(*addresses, "oip-v2", "/v2/models/digits/infer")
        self.connect(lambda address: tritonclient.http.InferenceServerClient(address, network_timeout=30))
        return pairing

    def infer(self, client, rows, datatype="FP64"):
        """{output: its values}. In JSON, as MLServer reads no binary tensors over HTTP."""
        pixels = tritonclient.http.InferInput("pixels", list(rows.shape), datatype)
        pixels.set_data_from_numpy(rows, binary_data=False)
        result = client.infer("digits", [pixels], request_id="7", outputs=[
            tritonclient.http.InferRequestedOutput(name, binary_data=False) for name in OUTPUTS])
        return {name: result.as_numpy(name).tolist() for name in OUTPUTS}

    def test_a_model_in_a_second_mlserver_answers_the_same(self):
        self.assert_alike()

    def test_other_labels_are_seen_by_top1(self):
        self.assert_labels_seen()

    def test_its_metadata_and_its_errors_are_its_own(self):
        pairing = self.digits_pair("incumbent")
        self.assertTrue(self.clients[1].is_model_ready("digits"))
        self.assertEqual(self.unchanged(lambda client: client.get_model_metadata("digits"))["name"],
                         "digits")
        self.assertIn("features", self.unchanged(self.refusal)[1])
        pairing.assert_compared(1)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
