"""MLServer with scikit-learn models behind Understudy, asked by tritonclient as if directly.

usage: mlserver_test.py UNDERSTUDY UNDERSTUDYCTL Mlserver.test_...
"""

import sys
import unittest

from real_servers import enter_environment

if __name__ == "__main__":
    enter_environment()

import numpy
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
        pairing = self.digits_pair("incumbent")
        rows = self.rows["alike"]
        for form in rows, rows[:1], rows.astype(numpy.float32):
            datatype = "FP32" if form.dtype == numpy.float32 else "FP64"
            answer = self.unchanged(lambda client: self.infer(client, form, datatype))
            self.assertEqual(len(answer["predict_proba"]), len(form))
        pairing.assert_all_the_same(3)

    def test_other_labels_are_seen_by_top1(self):
        pairing = self.digits_pair("regressed")
        rows = self.rows["differing"]
        self.assertGreater(len(rows), 4)
        self.unchanged(lambda client: self.infer(client, rows))
        pairing.assert_seen_by("top1", 1, not_by=["status"])

    def test_its_metadata_and_its_errors_are_its_own(self):
        pairing = self.digits_pair("incumbent")
        self.assertTrue(self.clients[1].is_model_ready("digits"))
        self.assertEqual(self.unchanged(lambda client: client.get_model_metadata("digits"))["name"],
                         "digits")

        def refusal(client):
            with self.assertRaises(tritonclient.utils.InferenceServerException) as raised:
                self.infer(client, numpy.ones((2, 3)))
            return raised.exception.status(), raised.exception.message()
        self.assertIn("features", self.unchanged(refusal)[1])
        pairing.assert_compared(1)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
