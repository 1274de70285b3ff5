"""Sends realistic inference traffic to the digits models and verifies every single answer.

Batches have 1 to 8 rows; users and their source (scanner or phone) go along as headers.
"""

import functools
import json

import expectations
import open_loop


def one_request(model, expected, connection, chance, number):
    """Sends one request. Returns (fault or None, version or None)."""
    picked = expected.pick(chance)
    identity = f"demo-{number}"
    body = json.dumps({"id": identity, "inputs": [{
        "name": "pixels", "datatype": "FP64", "shape": [len(picked), 64],
        "data": expected.rows[picked].ravel().tolist()}]})
    connection.request("POST", f"/v2/models/{model}/infer", body,
                       {"content-type": "application/json", **expectations.someone(chance)})
    response = connection.getresponse()
    answer = response.read()
    if response.status != 200:
        return f"status {response.status}: {answer[:120].decode('utf-8', 'replace')}", None
    try:
        document = json.loads(answer)
        outputs = {output["name"]: output["data"] for output in document["outputs"]}
        inferred = expectations.Inferred(document.get("id"), document.get("model_version"),
                                         outputs["label"], outputs["scores"])
        return expected.fault(inferred, identity, picked), inferred.version
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return f"unreadable answer: {type(error).__name__}", None


def main():
    expected, arguments = expectations.from_command_line(__doc__.splitlines()[0])
    raise SystemExit(open_loop.run(arguments, functools.partial(one_request, arguments.model, expected)))


if __name__ == "__main__":
    main()
