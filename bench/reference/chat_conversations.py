"""Conversations by seed, of all the shapes that chat templates are given, for chat_templates.py."""

import random

WORDS = ("where is my order it was sent on Monday please look again thank you the total "
         "is wrong größe café naïve 東京 👋 😀 don't \"quoted\" <b>bold</b> & 10% {{ x }} {% y %} a\\b [INST] 1.5").split()  # fmt: skip
CODE = ["\n    return 1\n", "```python\ndef f(x):\n    return x + 1\n```", "\tindented\n\n\n", "  two spaces  ", "\ufeffmarked", "\x1cfield\x85", "",
        "line\r\nline", "ends with newline\n", "\n\nstarts with newlines", "null\u00a0space", "</think>", "a</think>b</think>c", "<think>\nopen"]  # fmt: skip


def text(rng: random.Random) -> str:
    if rng.random() < 0.2:
        return rng.choice(CODE)
    words = " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 7)))
    return words if rng.random() < 0.8 else f"{words}\n{rng.choice(CODE)}"


def value(rng: random.Random, depth: int = 0) -> object:
    kinds = [lambda: text(rng), lambda: rng.randint(-5, 10**9), lambda: rng.choice([0.5, 2.25, 1e-7, -3.75]), lambda: rng.random() < 0.5, lambda: None]
    if depth < 2:
        kinds.append(lambda: [value(rng, depth + 1) for _ in range(rng.randint(0, 3))])
        kinds.append(lambda: {rng.choice(WORDS): value(rng, depth + 1) for _ in range(rng.randint(0, 3))})
    return rng.choice(kinds)()


def tool(rng: random.Random, name: str) -> dict:
    properties = {
        key: rng.choice([
            {"type": "string", "description": text(rng)},
            {"type": "integer", "minimum": 0},
            {"type": "array", "items": {"type": "string"}},
            {"type": ["number", "null"]},
            {"type": "string", "enum": ["open", "sent"]},
            {"type": "object", "properties": {"zip": {"type": "string"}}, "required": ["zip"]},
        ])
        for key in rng.sample(["order", "limit", "states", "place", "items"], rng.randint(0, 3))
    }  # fmt: skip
    function = {"name": name, "description": text(rng), "parameters": {"type": "object", "properties": properties, "required": sorted(properties)[:1]}}
    if rng.random() < 0.2:
        function["return"] = {"type": "string", "description": text(rng)}
    return {"type": "function", "function": function}


def calls(rng: random.Random) -> list[dict]:
    made = []
    for i in range(rng.choice([1, 1, 1, 2, 3])):
        arguments = {rng.choice(["order", "limit", "place"]): value(rng) for _ in range(rng.randint(0, 3))}
        call = {"id": f"call{rng.randint(10000, 99999)}", "type": "function", "function": {"name": f"find_{i}", "arguments": arguments}}
        made.append(call)
    return made


def answer(rng: random.Random) -> dict:
    message = {"role": "assistant", "content": text(rng)}
    kind = rng.random()
    if kind < 0.2:
        message[rng.choice(["reasoning_content", "reasoning_content", "thinking", "reasoning"])] = text(rng)
    elif kind < 0.4:
        message["content"] = f"<think>{rng.choice(['', chr(10)])}{text(rng)}{rng.choice(['', chr(10)])}</think>{rng.choice(['', chr(10) * 2])}{text(rng)}"
    return message


def conversation(rng: random.Random) -> list[dict]:
    messages = []
    if rng.random() < 0.5:
        messages.append({"role": "system" if rng.random() < 0.95 else "developer", "content": text(rng)})
    has_tools = rng.random() < 0.25
    has_parts = rng.random() < 0.04
    for _ in range(rng.choice([1, 1, 2, 2, 3, 4])):
        messages.append({"role": "user", "content": text(rng)})
        if rng.random() < 0.02:
            messages.append({"role": "user", "content": text(rng)})
        if has_tools and rng.random() < 0.7:
            made = calls(rng)
            asked = answer(rng)
            asked["tool_calls"] = made
            if rng.random() < 0.6:
                asked["content"] = rng.choice(["", None])
            messages.append(asked)
            for call in made:
                content = rng.choice([text(rng), '{"state": "sent"}'])
                messages.append({"role": "tool", "tool_call_id": call["id"], "name": call["function"]["name"], "content": content})
        messages.append(answer(rng))
    if rng.random() < 0.4:
        messages.append({"role": "user", "content": text(rng)})
    if has_parts:
        for message in messages:
            if isinstance(message["content"], str):
                message["content"] = [{"type": "text", "text": message["content"]}]
    return messages


def options(rng: random.Random) -> dict:
    given: dict = {"add_generation_prompt": True} if rng.random() < 0.5 else {}
    if rng.random() < 0.35:
        given["tools"] = [tool(rng, f"find_{i}") for i in range(rng.randint(1, 3))]
    if rng.random() < 0.3:
        given["enable_thinking"] = rng.random() < 0.5
    if rng.random() < 0.1:
        given["date_string"] = "1 May 2026"
    return given


def conversations(count: int, seed: int) -> list[tuple[list[dict], dict]]:
    rng = random.Random(seed)
    return [(conversation(rng), options(rng)) for _ in range(count)]
