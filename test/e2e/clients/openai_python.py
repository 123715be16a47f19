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


def responses(client, model):
    answer = client.responses.create(model=model, input=HELLO)
    return {"text": answer.output_text, "status": answer.status, "tokens": answer.usage.output_tokens}


def responses_stream(client, model):
    got = {"text": "", "deltas": 0, "numbers": [], "ends": []}
    try:
        for event in client.responses.create(model=model, input=HELLO, stream=True):
            got["numbers"].append(event.sequence_number)
            if event.type == "response.output_text.delta":
                got["text"] += event.delta
                got["deltas"] += 1
            if event.type in ("response.completed", "response.incomplete", "response.failed"):
                got["ends"].append([event.type, event.response.output_text, event.response.usage.output_tokens])
    except openai.APIError as error:
        return {**got, "error": described(error)}
    return got


def responses_helper(client, model):
    with client.responses.stream(model=model, input=HELLO) as events:
        deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
        final = events.get_final_response()
    return {"text": final.output_text, "told": "".join(deltas), "status": final.status}


def responses_tools(client, model):
    """Calls that are streamed, and the turn after them."""
    tools = [{"type": "function", "strict": False, **tool["function"]} for tool in TOOLS]
    with client.responses.stream(model=model, input=HELLO, tools=tools) as events:
        pieces = sum(1 for event in events if event.type == "response.function_call_arguments.delta")
        output = events.get_final_response().output
    calls = [item for item in output if item.type == "function_call"]
    results = [{"type": "function_call_output", "call_id": call.call_id, "output": "sun"} for call in calls]
    after = client.responses.create(model=model, input=[*HELLO, *output, *results], tools=tools)
    told = [[call.name, json.loads(call.arguments)] for call in calls]
    return {"calls": told, "pieces": pieces, "after": [item.type for item in after.output]}


def completions(client, model):
    answer = client.completions.create(model=model, prompt="Once")
    [choice] = answer.choices
    return {"text": choice.text, "finish": choice.finish_reason, "tokens": answer.usage.completion_tokens}


def completions_stream(client, model):
    got = {"text": "", "pieces": 0, "finishes": []}
    try:
        for chunk in client.completions.create(model=model, prompt="Once", stream=True):
            for choice in chunk.choices:
                got["text"] += choice.text
                got["pieces"] += 1
                got["finishes"] += [choice.finish_reason] if choice.finish_reason else []
    except openai.APIError as error:
        return {**got, "error": described(error)}
    return got


def embeddings(client, model):
    # By itself the client asks for base64.
    answers = [
        client.embeddings.create(model=model, input=["a", "four"]),
        client.embeddings.create(model=model, input=["a", "four"], encoding_format="float"),
    ]
    vectors = [[item.embedding for item in answer.data] for answer in answers]
    return {"vectors": vectors, "tokens": answers[0].usage.total_tokens}


def models(client, _model):
    return {"ids": [model.id for model in client.models.list()], "one": client.models.retrieve("claude").id}


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

BEYOND_CHAT = {
    "responses": responses,
    "responses-stream": responses_stream,
    "responses-helper": responses_helper,
    "responses-tools": responses_tools,
    "completions": completions,
    "completions-stream": completions_stream,
    "embeddings": embeddings,
    "models": models,
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


def answer(question):
    client = openai.OpenAI(
        base_url=question["url"], api_key=question["key"], max_retries=question.get("retries", 0), timeout=30
    )
    with client:
        try:
            if question["do"] in BEYOND_CHAT:
                return BEYOND_CHAT[question["do"]](client, question["model"])
            return SCENARIOS[question["do"]](client.chat, question["model"])
        # Whatever it is: the next question is answered all the same.
        except Exception as error:
            return {"error": described(error)}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
