"""Seeds of streamed answers: each protocol's events, kept and broken."""

# In the order of AssemblyKinds() in comparators/streams/assemblies.cc.
CHAT, COMPLETIONS, RESPONSES, ANTHROPIC, TGI, OLLAMA, LLAMACPP, TRITON, EVENTS = range(9)
SSE, LINES = 1, 2
AUTO, DELTA, CUMULATIVE = range(3)


def sse(*data, end="\n"):
    """Server-sent events of data alone."""
    return "".join(f"data: {one}{end}{end}" for one in data)


def typed(*events):
    """Server-sent events with their type in the field "event"."""
    return "".join(f"event: {kind}\ndata: {data}\n\n" for kind, data in events)


def chat(delta, reason="null", index=0):
    """A chunk of one choice."""
    return ('{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":'
            f'{index},"delta":{delta},"logprobs":null,"finish_reason":{reason}}}]}}')


def content(text):
    """A delta of content."""
    return f'{{"content":"{text}"}}'


def call(members, arguments):
    """A delta of one tool call."""
    return f'{{"tool_calls":[{{{members}"function":{{"arguments":"{arguments}"}}}}]}}'


USAGE = '"usage":{"prompt_tokens":1,"completion_tokens":2}'

CHATS = {
    "plain": sse(chat('{"role":"assistant","content":""}'), chat(content("a \\ud83d")),
                 chat(content("\\ude00 b")), chat("{}", '"stop"'),
                 '{"choices":[],' + USAGE + "}", "[DONE]"),
    "crlf": ": ping\r\n\r\n" + sse(chat(content("a")), "[DONE]", end="\r\n"),
    "cr": sse(chat(content("a")), "[DONE]", end="\r"),
    "two-choices": sse(chat(content("a")), chat(content("x"), index=1), chat(content("b")),
                       chat("{}", '"length"', 1), chat("{}", '"stop"')),
    "usage-null": sse(chat(content("a"), '"stop"'), '{"choices":null,' + USAGE + "}"),
    "calls": sse(chat(call('"index":0,"id":"a","type":"function",', "{")),
                 chat(call('"index":0,', "}")), chat(call('"index":1,"id":"b",', "{}"))),
    "calls-by-id": sse(chat(call('"id":"a",', "1")), chat(call('"id":"b",', "2")),
                       chat(call('"id":"a",', "3")), chat(call("", "4"))),
    "calls-by-position": sse('{"choices":[{"delta":{"tool_calls":[{"function":{"name":"f"}},'
                             '{"function":{"name":"g","arguments":"{}"}}]}}]}'),
    "function-call": sse(chat('{"function_call":{"name":"f","arguments":"{"}}'),
                         chat('{"function_call":{"arguments":"}"}}')),
    "reasoning": sse(chat('{"reasoning_content":"x","refusal":"no"}'), chat('{"reasoning":"y"}')),
    "logprobs": sse('{"choices":[{"delta":{},"logprobs":{"content":[{"token":"a"}],"refusal":null},'
                    '"token_ids":[1]}]}', '{"choices":[{"delta":{},"logprobs":{"content":[1]}}]}'),
    "growing": sse(*(chat(content("abcd"[:n])) for n in range(1, 5))),
    "error": sse(chat(content("a")), '{"error":{"message":"gone"}}', "[DONE]"),
    "error-event": sse(chat(content("a"))) + "event: error\ndata: it broke\n\n",
    "cut": sse(chat(content("a"))) + 'data: {"choices":[{"de',
    "wrong-type": sse('{"choices":[{"delta":{"content":1}}]}'),
    "repeated-member": sse('{"id":1,"id":2}'),
    "event-only": "event: x\n\n" + sse(chat(content("a"))),
    "lines": "data: {\ndata: \"choices\":[]\ndata: }\n\nid: 1\nretry: 5\n:c\ndata\n\n",
    "bom": "\ufeff" + sse("[DONE]"),
    "unknown-members": sse('{"x":[1e400,18446744073709551616],"choices":[{"y":null,"delta":{"z":'
                           '{"a":[]}}}]}', '{"x":2,"choices":[{"y":1.0,"delta":{"z":1}}]}'),
}

MESSAGES = {
    "whole": typed(
        ("message_start", '{"type":"message_start","message":{"id":"m","role":"assistant",'
                          '"content":[],"stop_reason":null,"usage":{"input_tokens":3}}}'),
        ("content_block_start", '{"index":0,"content_block":{"type":"text","text":""}}'),
        ("ping", '{"type":"ping"}'),
        ("content_block_delta", '{"index":0,"delta":{"type":"text_delta","text":"hi"}}'),
        ("content_block_delta", '{"index":0,"delta":{"type":"citations_delta","citation":{}}}'),
        ("content_block_stop", '{"index":0}'),
        ("content_block_start", '{"index":1,"content_block":{"type":"tool_use","input":{}}}'),
        ("content_block_delta",
         '{"index":1,"delta":{"type":"input_json_delta","partial_json":"{\\"a\\":1.0}"}}'),
        ("message_delta", '{"delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":9}}'),
        ("message_stop", "{}")),
    "thinking": typed(
        ("content_block_start", '{"content_block":{"type":"thinking","thinking":"a"}}'),
        ("content_block_delta", '{"delta":{"type":"thinking_delta","thinking":"b"}}'),
        ("content_block_delta", '{"delta":{"type":"signature_delta","signature":"c"}}')),
    "broken-input": typed(
        ("content_block_delta",
         '{"index":7,"delta":{"type":"input_json_delta","partial_json":"{\\"a\\":1,\\"a\\":2}"}}')),
    "deep-input": typed(
        ("content_block_delta", '{"delta":{"type":"input_json_delta","partial_json":"'
                                + "[" * 505 + "]" * 505 + '"}}')),
    "error": typed(("error", '{"type":"error","error":{"type":"overloaded_error"}}')),
}

ITEM = '"output_index":0,"content_index":0'
RESPONSE = {
    "completed": typed(
        ("response.created", '{"response":{"id":"r","status":"in_progress","output":[]}}'),
        ("response.output_text.delta", "{" + ITEM + ',"delta":"a"}'),
        ("response.completed", '{"response":{"status":"completed","output":[{"type":"message"}],'
                               '"usage":{"input_tokens":1,"output_tokens":2}}}')),
    "items": typed(
        ("response.output_item.added", '{"output_index":0,"item":{"id":"i","type":"message"}}'),
        ("response.content_part.added", "{" + ITEM + ',"part":{"type":"output_text","text":""}}'),
        ("response.output_text.delta", '{"item_id":"i","delta":"a"}'),
        ("response.output_text.done", '{"item_id":"i","text":"b"}'),
        ("response.output_item.added", '{"item":{"type":"function_call","name":"f"}}'),
        ("response.function_call_arguments.delta", '{"delta":"{"}'),
        ("response.function_call_arguments.done", '{"arguments":"{}"}'),
        ("response.reasoning_summary_text.delta", '{"output_index":9,"delta":"x"}'),
        ("response.content_part.done", '{"output_index":9,"part":{}}'),
        ("response.output_item.done", '{"output_index":5,"item":{"id":"j"}}')),
    "no-output": typed(("response.refusal.delta", '{"delta":"no"}'),
                       ("response.incomplete", '{"response":{"status":"incomplete",'
                        '"incomplete_details":{"reason":"max_output_tokens"}}}')),
    "failed": typed(("response.failed", '{"response":{"status":"failed","error":null}}')),
    "output-is-text": typed(("response.completed", '{"response":{"output":"x"}}')),
}

OTHERS = [
    ("completions", COMPLETIONS, SSE, AUTO,
     sse('{"object":"text_completion","choices":[{"text":"a","index":0,"logprobs":{"tokens":["a"],'
         '"text_offset":[0]}}]}', '{"choices":[{"text":"ab","index":0,"finish_reason":"stop"}]}')),
    ("completions-cumulative", COMPLETIONS, SSE, CUMULATIVE,
     sse('{"choices":[{"text":"a"}]}', '{"choices":[{"text":"ab"}]}', '{"choices":[{"text":""}]}')),
    ("tgi", TGI, SSE, AUTO,
     sse('{"token":{"id":1,"text":"a","special":false},"generated_text":null,"details":null}',
         '{"token":{"id":2,"text":"</s>","special":true},"generated_text":"a",'
         '"details":{"finish_reason":"eos_token","generated_tokens":2,"seed":null}}')),
    ("tgi-cut", TGI, SSE, AUTO, sse('{"token":{"id":1,"text":"a","special":false}}')),
    ("ollama-generate", OLLAMA, LINES, AUTO,
     '{"response":"a","thinking":"t","done":false}\n\r\n{"response":"b","done":true,'
     '"done_reason":"stop","eval_count":2}'),
    ("ollama-chat", OLLAMA, 0, AUTO,
     '{"message":{"role":"assistant","content":"a"},"done":false}\r\n'
     '{"message":{"content":"","tool_calls":[{"function":{"arguments":{}}}]},"done":false}\n'
     '{"error":"x"}\n'),
    ("llamacpp", LLAMACPP, SSE, AUTO,
     sse('{"content":"a","tokens":[1],"stop":false,"completion_probabilities":[{}]}',
         '{"content":"","stop":true,"stop_type":"eos","tokens_predicted":1}')),
    ("triton", TRITON, SSE, AUTO,
     sse(*('{"text_output":"' + "abc"[:n] + f'","n":{n}}}' for n in (1, 2, 3)))),
    ("triton-delta", TRITON, SSE, DELTA, sse('{"text_output":"a"}', '{"text_output":"ab"}')),
    ("triton-error", TRITON, SSE, AUTO, sse('{"text_output":"a"}', '{"error":"failed"}')),
    ("events", EVENTS, SSE, AUTO, sse('{"a":[1]}', "words", '"x"', "[DONE]")),
    ("events-lines", EVENTS, LINES, AUTO, '{"a":1}\nno json\n[1\n{"cut'),
    ("events-bytes", EVENTS, SSE, AUTO, "data: \x01\n\nevent: error\ndata: x\n\n"),
]


def streams():
    """An assembly, a framing, a content mode and a body."""
    for prefix, assembly, bodies in (("chat", CHAT, CHATS), ("messages", ANTHROPIC, MESSAGES),
                                     ("response", RESPONSES, RESPONSE)):
        for name, body in bodies.items():
            yield f"{prefix}-{name}", bytes([assembly, SSE, AUTO]) + body.encode()
    for name, assembly, framing, mode, body in OTHERS:
        yield name, bytes([assembly, framing, mode]) + body.encode()
    yield "events-utf8", bytes([EVENTS, SSE, AUTO]) + b"data: \xff\xed\xa0\x80\xc3\n\n"
    yield "empty", bytes([CHAT, SSE, AUTO])
