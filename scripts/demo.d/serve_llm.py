"""Serves an n-gram language model over the OpenAI and Anthropic protocols, streamed and whole.

A real FastAPI application under uvicorn. Its options set incumbents and candidates apart: the order
of the model, its style, and tool calls that are broken on purpose.
"""

import argparse
import json
import pathlib

from fastapi import FastAPI, Request

import answers
from anthropic_protocol import Anthropic
from anthropic_protocol import refused as refused_by_anthropic
from listening import listen_and_run, response_of
from ngram import CORPUS, NgramModel, read_corpus
from openai_protocol import OpenAi
from openai_protocol import refused as refused_by_openai
from speaker import BREAKS, STYLES, Habits, Speaker


def application(speaker, pause):
    """The FastAPI application for one speaker, which takes `pause` seconds for each token."""
    app = FastAPI()
    openai = OpenAi(speaker)

    def add(path, answer_to, refused):
        async def endpoint(request: Request):
            try:
                body = json.loads(await request.body())
            except ValueError:
                raise refused(400, "the body is no JSON") from None
            return await response_of(answer_to(body), pause)
        app.add_api_route(path, endpoint, methods=["POST"])

    for path, answer_to in openai.endpoints.items():
        add(path, answer_to, refused_by_openai)
    for path, answer_to in Anthropic(speaker).endpoints.items():
        add(path, answer_to, refused_by_anthropic)

    @app.exception_handler(answers.Refused)
    async def refuse(_request, refused):
        return await response_of(refused.answer)

    @app.get("/v1/models")
    async def models():
        return await response_of(openai.models())

    @app.get("/health")
    async def health():
        return {"status": "ok"}

    return app


def add_habits(parser):
    """The options that make a Habits."""
    parser.add_argument("--name", default="ngram", help="the model's name in requests and answers")
    parser.add_argument("--break", dest="broken", choices=BREAKS, default="",
                        help="call tools with arguments that are no JSON, or by other names")
    parser.add_argument("--style", choices=STYLES, default="plain")
    parser.add_argument("--steady", action="store_true",
                        help="make ids and times from the request, so that equal ones get equal bytes")
    parser.add_argument("--pings", action="store_true", help="put comments between streamed events")
    parser.add_argument("--no-tool-index", dest="tool_index", action="store_false",
                        help="leave the index out of streamed tool calls, as some servers do")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--order", type=int, default=5, choices=range(1, 8),
                        help="length of the n-grams")
    parser.add_argument("--corpus", type=pathlib.Path, default=CORPUS, help="a folder of texts")
    parser.add_argument("--slow-ms", type=float, default=0, help="milliseconds for each token")
    parser.add_argument("--port-file", type=pathlib.Path, required=True,
                        help="file to write the bound port to, once listening")
    add_habits(parser)
    arguments = parser.parse_args()
    habits = Habits(arguments.name, arguments.broken, arguments.style, arguments.steady,
                    arguments.pings, arguments.tool_index)
    speaker = Speaker(NgramModel(arguments.order, read_corpus(arguments.corpus)), habits)
    listen_and_run(application(speaker, arguments.slow_ms / 1e3), arguments.port_file)


if __name__ == "__main__":
    main()
