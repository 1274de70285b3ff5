"""tritonclient over HTTP, unchanged and pointed at Understudy, before the demo's digits models.

usage: tritonclient_test.py UNDERSTUDY UNDERSTUDYCTL Tritonclient.test_...
"""

import sys
import unittest

from real_servers import enter_environment

if __name__ == "__main__":
    enter_environment()

import numpy
import tritonclient.http

from digits_models import DigitsModels

ROWS = 16


class Tritonclient(DigitsModels):
    def digits_pair(self, candidate):
        ports = self.spawn_models("serve.py", "incumbent", candidate)
        pairing = self.start(*self.addresses(ports, "/v2/health/ready"), "oip-v2",
                             "/v2/models/digits/infer")
        self.clients = [tritonclient.http.InferenceServerClient(address, network_timeout=30)
                        for address in (self.direct, self.through)]
        for client in self.clients:
            self.addCleanup(client.close)
        return pairing

    def infer(self, client, rows, binary_input=True, binary_output=None, compression=None):
        """({output: array}, JSON of the answer). Without `binary_output` no output is named, and the
        client asks for all of them in binary."""
        pixels = tritonclient.http.InferInput("pixels", list(rows.shape), "FP64")
        pixels.set_data_from_numpy(rows, binary_data=binary_input)
        outputs = None if binary_output is None else [
            tritonclient.http.InferRequestedOutput(name, binary_data=binary_output)
            for name in ("label", "scores")]
        result = client.infer("digits", [pixels], outputs=outputs, request_id="7",
                              request_compression_algorithm=compression,
                              response_compression_algorithm=compression)
        return {name: result.as_numpy(name) for name in ("label", "scores")}, result.get_response()

    def assert_unchanged(self, rows, picked, **form):
        direct, through = (self.infer(client, rows, **form) for client in self.clients)
        self.assertEqual(through[1], direct[1])
        for name, array in direct[0].items():
            numpy.testing.assert_array_equal(through[0][name], array)
        numpy.testing.assert_array_equal(through[0]["label"],
                                         self.traffic["incumbent.label"][picked])

    def test_tensors_are_those_of_the_server_in_every_form(self):
        pairing = self.digits_pair("incumbent")
        picked = slice(0, ROWS)
        rows = self.traffic["rows"][picked]
        forms = [{"binary_input": binary, "binary_output": output, "compression": compression}
                 for binary in (True, False) for output in (None, True, False)
                 for compression in (None, "gzip", "deflate")]
        for form in forms:
            with self.subTest(**form):
                self.assert_unchanged(rows, picked, **form)
        pairing.assert_all_the_same(len(forms))

    def test_the_server_is_alive_and_ready_through_understudy(self):
        self.digits_pair("incumbent")
        client = self.clients[1]
        self.assertTrue(client.is_server_live() and client.is_server_ready())
        self.assertTrue(client.is_model_ready("digits"))
        self.assertEqual(client.get_model_metadata("digits")["versions"], ["1"])

    def test_errors_are_those_of_the_server(self):
        pairing = self.digits_pair("incumbent")
        messages = []
        for client in self.clients:
            with self.assertRaises(tritonclient.utils.InferenceServerException) as raised:
                self.infer(client, numpy.ones((2, 3)))
            messages.append(raised.exception.message())
        self.assertEqual(messages[0], messages[1])
        self.assertIn("the shape of pixels", messages[0])
        pairing.assert_all_the_same(1)

    def test_other_labels_are_seen_by_top1(self):
        pairing = self.digits_pair("regressed")
        rows = self.traffic["rows"][self.changed][:ROWS]
        self.assertGreater(len(rows), 4)
        forms = ({}, {"compression": "gzip"}, {"binary_output": False})
        for form in forms:
            labels = self.infer(self.clients[1], rows, **form)[0]["label"]
            numpy.testing.assert_array_equal(labels, self.traffic["incumbent.label"][self.changed][:ROWS])
        pairing.assert_seen_by("top1", len(forms), not_by=["status"])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
