"""Requests to the router by openai-python.

Standard input: one JSON {"do", "url", "key", "model"} a line. Standard output: one JSON line for each, with what the
caller of the client got.
"""

import json
import sys

import openai
from pydantic import BaseModel

HELLO = [{"role": "user", "content": "hello"}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather at a place.",
            "parameters": {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]},
        },
    }
]


class Place(BaseModel):
    name: str
    people: int


def calls_of(message):
    return [[call.function.name, json.loads(call.function.arguments)] for call in message.tool_calls or []]


def plain(chat, model):
    answer = chat.completions.create(model=model, messages=HELLO)
    [choice] = answer.choices
    return {"text": choice.message.content, "finish": choice.finish_reason, "tokens": answer.usage.completion_tokens}


def stream(chat, model):
    got = {"text": "", "deltas": 0, "finishes": [], "usage": 0}
    try:
        options = {"include_usage": True}
        for chunk in chat.completions.create(model=model, messages=HELLO, stream=True, stream_options=options):
            for choice in chunk.choices:
                got["text"] += choice.delta.content or ""
                got["deltas"] += 1 if choice.delta.content else 0
                got["finishes"] += [choice.finish_reason] if choice.finish_reason else []
            if chunk.usage:
                got["usage"] += chunk.usage.completion_tokens
    except openai.APIError as error:
        return {**got, "error": described(error)}
    return got


def helper(chat, model):
    with chat.completions.stream(model=model, messages=HELLO) as events:
        content = [event.delta for event in events if event.type == "content.delta"]
        [choice] = events.get_final_completion().choices
    return {"text": choice.message.content, "deltas": len(content), "finish": choice.finish_reason}


def tools(chat, model):
    answer = chat.completions.create(model=model, messages=HELLO, tools=TOOLS)
    [choice] = answer.choices
    return {"calls": calls_of(choice.message), "finish": choice.finish_reason}


def tools_streamed(chat, model):
    with chat.completions.stream(model=model, messages=HELLO, tools=TOOLS) as events:
        pieces = sum(1 for event in events if event.type == "tool_calls.function.arguments.delta")
        [choice] = events.get_final_completion().choices
    return {"calls": calls_of(choice.message), "finish": choice.finish_reason, "pieces": pieces}


def schema(chat, model):
    answer = chat.completions.parse(model=model, messages=HELLO, response_format=Place)
    return {"parsed": answer.choices[0].message.parsed.model_dump()}


def leave(chat, model):
    chunks = chat.completions.create(model=model, messages=HELLO, stream=True)
    for chunk in chunks:
        if chunk.choices and chunk.choices[0].delta.content:
            break
    chunks.close()
    return {}


def bad_request(chat, model):
    return {"answer": chat.completions.create(model=model, messages="hello").id}


SCENARIOS = {
    "plain": plain,
    "stream": stream,
    "helper": helper,
    "tools": tools,
    "tools-streamed": tools_streamed,
    "schema": schema,
    "leave": leave,
    "bad-request": bad_request,
}


def described(error):
    status = getattr(error, "status_code", None)
    return {
        "class": type(error).__name__,
        "status": status,
        "code": getattr(error, "code", None),
        "param": getattr(error, "param", None),
        "message": str(error),
    }


def models(client):
    return {"ids": [model.id for model in client.models.list()], "one": client.models.retrieve("claude").id}


def answer(question):
    client = openai.OpenAI(
        base_url=question["url"], api_key=question["key"], max_retries=question.get("retries", 0), timeout=30
    )
    with client:
        try:
            if question["do"] == "models":
                return models(client)
            return SCENARIOS[question["do"]](client.chat, question["model"])
        # Whatever it is: the next question is answered all the same.
        except Exception as error:
            return {"error": described(error)}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
