"""tritonclient over gRPC, unchanged and pointed at Understudy, before the demo's digits models.

usage: tritonclient_grpc_test.py UNDERSTUDY UNDERSTUDYCTL TritonclientGrpc.test_...
"""

import queue
import sys
import unittest

from real_servers import enter_environment

if __name__ == "__main__":
    enter_environment()

import numpy
import tritonclient.grpc
from tritonclient.grpc import service_pb2, service_pb2_grpc

from digits_models import DigitsModels

ROWS = 16
PREFIX = "/inference.GRPCInferenceService/"
OUTPUTS = ("label", "scores")


class TritonclientGrpc(DigitsModels):
    def digits_pair(self, candidate, **values):
        ports = self.spawn_models("serve_grpc.py", "incumbent", candidate)
        pairing = self.start(*self.addresses(ports), "oip-v2", PREFIX, protocol="http2", **values)
        self.connect(tritonclient.grpc.InferenceServerClient)
        return pairing

    def pixels(self, rows):
        tensor = tritonclient.grpc.InferInput("pixels", list(rows.shape), "FP64")
        tensor.set_data_from_numpy(rows)
        return [tensor]

    def infer(self, client, rows, outputs=None, **options):
        """(message of the answer, {output: array}); tensors are raw, as this client has them."""
        result = client.infer("digits", self.pixels(rows), request_id="7", outputs=outputs and [
            tritonclient.grpc.InferRequestedOutput(name) for name in outputs], **options)
        return result.get_response(), {name: result.as_numpy(name) for name in outputs or OUTPUTS}

    def infer_typed(self, client, rows):
        """The answer to a request whose tensors are typed."""
        request = service_pb2.ModelInferRequest(model_name="digits", id="7")
        tensor = request.inputs.add(name="pixels", datatype="FP64", shape=rows.shape)
        tensor.contents.fp64_contents.extend(rows.ravel().tolist())
        return service_pb2_grpc.GRPCInferenceServiceStub(client._channel).ModelInfer(request, timeout=30)

    def assert_unchanged(self, rows, picked, **form):
        direct, through = (self.infer(client, rows, **form) for client in self.clients)
        self.assertEqual(through[0], direct[0])
        numpy.testing.assert_array_equal(through[1]["label"], self.traffic["incumbent.label"][picked])

    def test_tensors_are_those_of_the_server_in_every_form(self):
        pairing = self.digits_pair("incumbent")
        picked = slice(0, ROWS)
        rows = self.traffic["rows"][picked]
        forms = [{"outputs": outputs, "compression_algorithm": compression}
                 for outputs in (None, ("label",), OUTPUTS) for compression in (None, "gzip", "deflate")]
        for form in forms:
            with self.subTest(**form):
                self.assert_unchanged(rows, picked, **form)
        self.unchanged(lambda client: self.infer_typed(client, rows))
        pairing.assert_all_the_same(len(forms) + 1)

    def test_the_server_is_alive_and_ready_through_understudy(self):
        self.digits_pair("incumbent")
        client = self.clients[1]
        self.assertTrue(client.is_server_live() and client.is_server_ready())
        self.assertTrue(client.is_model_ready("digits"))
        self.assertEqual(self.unchanged(lambda client: client.get_model_metadata("digits")).versions, ["1"])
        self.assertEqual(self.unchanged(lambda client: client.get_server_metadata()).name, "digits-demo")

    def streamed(self, client, batches):
        """What a stream of one request for each batch of rows brings, in order."""
        answers = queue.Queue()
        client.start_stream(lambda result, error: answers.put(error or result.get_response()),
                            stream_timeout=30)
        for number, rows in enumerate(batches):
            client.async_stream_infer("digits", self.pixels(rows), request_id=str(number))
        got = [answers.get(timeout=30) for _ in batches]
        client.stop_stream()
        return [str(answer) for answer in got]

    def test_streams_are_those_of_the_server(self):
        self.digits_pair("incumbent")
        rows = self.traffic["rows"]
        batches = [rows[:1], rows[1:9], numpy.ones((1, 3)), rows[9:10]]
        answers = self.unchanged(lambda client: self.streamed(client, batches))
        self.assertIn("the shape of pixels", answers[2])  # of one request alone

    def kept_stream(self, candidate):
        """The pairing, after one stream of three requests that the route keeps."""
        pairing = self.digits_pair(candidate, streams="buffered")
        rows = self.traffic["rows"][self.changed][:4]
        self.streamed(self.clients[1], [rows[:1], rows[1:3], rows[3:]])
        return pairing

    def test_streams_that_are_kept_are_mirrored(self):
        self.kept_stream("incumbent").assert_all_the_same(1)

    def test_other_labels_in_streams_that_are_kept_are_seen_by_top1(self):
        self.kept_stream("regressed").assert_seen_by("top1", 1, not_by=["status"])

    def test_errors_are_those_of_the_server(self):
        pairing = self.digits_pair("incumbent")

        def refusal(client):
            with self.assertRaises(tritonclient.utils.InferenceServerException) as raised:
                self.infer(client, numpy.ones((2, 3)))
            return raised.exception.status(), raised.exception.message()
        self.assertEqual(self.unchanged(refusal)[0], "StatusCode.INVALID_ARGUMENT")
        pairing.assert_all_the_same(1)

    def test_other_labels_are_seen_by_top1(self):
        pairing = self.digits_pair("regressed")
        rows = self.traffic["rows"][self.changed][:ROWS]
        self.assertGreater(len(rows), 4)
        forms = ({}, {"compression_algorithm": "gzip"}, {"outputs": OUTPUTS})
        for form in forms:
            self.assert_unchanged(rows, numpy.flatnonzero(self.changed)[:ROWS], **form)
        self.unchanged(lambda client: self.infer_typed(client, rows))
        pairing.assert_seen_by("top1", len(forms) + 1, not_by=["status"])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
