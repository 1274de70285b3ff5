"""The usual Python tools over the bodies of bench_comparators: one JSON line per case, or a note.

usage: comparator_peers.py FOLDER
"""

import json
import pathlib
import sys
import time

ROUNDS = 3
LONG_ENOUGH = 0.05  # seconds of processor time of one round
TOO_LONG = 2.0  # seconds: then one round is enough


def seconds_of(call):
    best = None
    for _ in range(ROUNDS):
        calls, began = 0, time.process_time()
        while calls == 0 or time.process_time() - began < LONG_ENOUGH:
            call()
            calls += 1
        seconds = (time.process_time() - began) / calls
        best = seconds if best is None else min(best, seconds)
        if seconds > TOO_LONG:
            break
    return best


def numpy_json(left, right):
    import numpy
    values = [numpy.asarray(json.loads(text)["outputs"][0]["data"], dtype=numpy.float32)
              for text in (left, right)]
    return numpy.allclose(values[1], values[0], rtol=1e-4, atol=1e-5)


def numpy_binary(left, right):
    import numpy
    values = [numpy.frombuffer(body[body.index(b"]}") + 2:].lstrip(b" "), dtype="<f4")
              for body in (left, right)]
    return numpy.allclose(values[1], values[0], rtol=1e-4, atol=1e-5)


def deepdiff(left, right):
    from deepdiff import DeepDiff
    return DeepDiff(json.loads(left), json.loads(right))


def rapidfuzz(left, right):
    from rapidfuzz.distance import Levenshtein
    return Levenshtein.normalized_similarity(left.decode(), right.decode())


def sacrebleu(left, right):
    from sacrebleu.metrics import CHRF
    return CHRF().sentence_score(right.decode(), [left.decode()])


# The case of bench_comparators: the tool, what it is called, its package, the bodies, the sizes.
PEERS = (
    ("tensors", numpy_json, "json + numpy.allclose", "numpy", "JSON",
     (1000, 64000, 4000000, 11000000)),
    ("tensors, binary", numpy_binary, "numpy.allclose", "numpy", "binary", (1000, 64000, 4000000)),
    ("json", deepdiff, "json + DeepDiff", "deepdiff", "records", (1000, 64000)),
    ("text, edit", rapidfuzz, "rapidfuzz Levenshtein", "rapidfuzz", "text", (1000, 4000, 64000)),
    ("text, chrf", sacrebleu, "sacrebleu CHRF", "sacrebleu", "text", (1000, 64000)),
)


def main():
    folder = pathlib.Path(sys.argv[1])
    for case, call, tool, package, bodies, sizes in PEERS:
        try:
            __import__(package)
        except ImportError as error:
            print(json.dumps({"case": case, "tool": tool, "note": str(error)}))
            continue
        for size in sizes:
            for variant in ("equal bytes", "equal values", "different"):
                place = folder / f"{bodies}-{size}-{variant}"
                left = place.with_name(place.name + ".a").read_bytes()
                right = place.with_name(place.name + ".b").read_bytes()
                seconds = seconds_of(lambda: call(left, right))
                print(json.dumps({"case": case, "tool": tool, "size": size, "variant": variant,
                                  "us": seconds * 1e6}), flush=True)


if __name__ == "__main__":
    main()
