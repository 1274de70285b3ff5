#!/usr/bin/env python3
"""A comparator as a service: the share of words that two answers do not have in common.

usage: shared_words.py [--address 127.0.0.1:9700]     (port 0: any free one)

Understudy sends pairs of answers over one stream and matches what comes back by id. Replace
score() with your own measure; the rest can stay as it is. What you measure must be the same each
time for the same pair: when you change it, change VERSION, and evidence starts anew.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import re
import sys
import tempfile

import grpc
import grpc_tools
from grpc_tools import protoc

VERSION = "1"
MAX_MESSAGE = 16 << 20  # bytes of one pair, at most; gRPC's own default is 4 MiB
CALLS_AT_ONCE = 16  # streams and questions; the pairs of one stream come one after the other
PROTO = pathlib.Path(__file__).resolve().parents[3] / "proto"
WORD = re.compile(r"\w+")


def import_messages():
    """The modules of comparator.proto, generated into a folder that goes away again."""
    with tempfile.TemporaryDirectory() as folder:
        includes = [f"-I{PROTO}", f"-I{pathlib.Path(grpc_tools.__file__).parent / '_proto'}"]
        out = [f"--python_out={folder}", f"--grpc_python_out={folder}"]
        if protoc.main(["protoc", *includes, *out, "understudy/v1/comparator.proto"]) != 0:
            sys.exit("comparator.proto could not be compiled")
        sys.path.insert(0, folder)
        from understudy.v1 import comparator_pb2, comparator_pb2_grpc
    return comparator_pb2, comparator_pb2_grpc


pb, pb_grpc = import_messages()


def words(answer, case_matters):
    """How often each word stands in an answer's body."""
    text = answer.body.decode("utf-8", "replace")
    return collections.Counter(WORD.findall(text if case_matters else text.casefold()))


def score(request):
    """1 - 2 |a and b| / (|a| + |b|) over the words of both bodies (Dice's coefficient)."""
    incumbent, candidate = request.incumbent, request.candidate
    if incumbent.status >= 400 or candidate.status >= 400:
        same = incumbent.status == candidate.status
        reason = "" if same else f"status {incumbent.status} became {candidate.status}"
        return pb.ComparisonResult(divergence=0 if same else 1, reason=reason)
    case_matters = json.loads(request.options_json or "{}").get("case_matters", False)
    a, b = words(incumbent, case_matters), words(candidate, case_matters)
    if not a:  # nothing to measure by: say so, never "different"
        return pb.CannotTell(why=pb.CannotTell.UNSUPPORTED, text="the incumbent's answer has no words")
    common, total = sum((a & b).values()), sum(a.values()) + sum(b.values())
    result = pb.ComparisonResult(divergence=1 - 2 * common / total)
    if result.divergence > 0:
        result.reason = f"{common} words of {sum(a.values())} and {sum(b.values())} in common"
        lost, new = " ".join((a - b).elements()), " ".join((b - a).elements())
        result.differences.add(kind="value", incumbent=lost[:256], candidate=new[:256])
    return result


def answer(request):
    """The message for one pair. A fault of ours is "cannot tell" as well."""
    try:
        said = score(request)
    except Exception as error:  # whatever it is, it is this pair's alone
        said = pb.CannotTell(text=f"{type(error).__name__}: {error}")
    if isinstance(said, pb.CannotTell):
        return pb.CompareResponse(id=request.id, cannot_tell=said)
    return pb.CompareResponse(id=request.id, comparison=said)


class SharedWords(pb_grpc.ComparatorServiceServicer):
    def Describe(self, request, context):
        response = pb.DescribeComparatorResponse(
            name="shared_words", version=VERSION, summary="the share of words not in common",
            same_bytes_are_equal=True, max_message_bytes=MAX_MESSAGE)
        response.options.add(name="case_matters", type="true | false", default_value="false",
                             meaning="whether Cat and cat are two words")
        value = json.loads(request.options_json or "{}").get("case_matters", False)
        if not isinstance(value, bool):
            response.refused.add(option="case_matters", message="must be true or false")
        return response

    def Compare(self, requests, context):
        """In the order of the pairs; another order would do as well."""
        return map(answer, requests)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--address", default="127.0.0.1:9700")
    address = arguments.parse_args().address
    workers = concurrent.futures.ThreadPoolExecutor(max_workers=CALLS_AT_ONCE)
    server = grpc.server(workers, options=[("grpc.max_receive_message_length", MAX_MESSAGE),
                                           ("grpc.so_reuseport", 0)])
    pb_grpc.add_ComparatorServiceServicer_to_server(SharedWords(), server)
    port = server.add_insecure_port(address)
    server.start()
    print(f"shared_words: listening on port {port}", flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    main()
