#!/usr/bin/python3
"""Writes the seeds of the fuzz targets into corpus/<target>/, as far as they are not there.

A seed is a small input that means something: one rule of a format, kept or broken. Inputs that ended
a target are kept beside them, by hand, and named after what was wrong.
"""

import pathlib
import subprocess
import sys

import seeds_comparators
import seeds_grpc
import seeds_http
import seeds_http2
import seeds_json
import seeds_rows
import seeds_streams
import seeds_texts

HERE = pathlib.Path(__file__).parent


def rows(here):
    """Rows of control.db, encoded by protoc."""
    for name, letter, message, text in seeds_rows.ROWS:
        encoded = subprocess.run(
            ["protoc", f"--proto_path={here.parent.parent / 'proto'}",
             f"--encode=understudy.v1.{message}", "understudy/v1/storage.proto"],
            input=text.encode(), capture_output=True, check=True).stdout
        yield name, letter + encoded
    yield from seeds_rows.BROKEN


def main():
    targets = {
        "request_reader": seeds_http.requests(),
        "answer_reader": seeds_http.answers(),
        "base64_floats": seeds_comparators.floats(),
        "charset": seeds_comparators.charsets(),
        "config_loader": seeds_texts.configurations(),
        "content_decoding": seeds_texts.encoded(),
        "evidence_replay": seeds_rows.EVIDENCE,
        "grpc_descriptors": seeds_grpc.descriptors(),
        "grpc_frames": seeds_grpc.bodies(),
        "grpc_messages": seeds_grpc.messages(HERE),
        "http2_frames": seeds_http2.connections(),
        "infer_parameter": seeds_grpc.parameters(HERE),
        "json_reader": seeds_json.texts(),
        "json_schema": seeds_comparators.schemas(),
        "json_text": seeds_json.pointed(),
        "path_pattern": seeds_json.patterned(),
        "plugin": seeds_comparators.plugins(),
        "presets": seeds_comparators.presets(),
        "redaction": seeds_json.redacted(),
        "scored_options": seeds_comparators.options(),
        "stored_rows": rows(HERE),
        "streams": seeds_streams.streams(),
        "suite": seeds_json.pairs(),
    }
    for target, seeds in targets.items():
        folder = HERE / "corpus" / target
        folder.mkdir(parents=True, exist_ok=True)
        names = set()
        for name, data in seeds:
            if name in names:
                sys.exit(f"{target}: two seeds are named {name}")
            names.add(name)
            (folder / f"{name}.seed").write_bytes(data)


if __name__ == "__main__":
    main()
