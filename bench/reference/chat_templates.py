"""Renders chat templates with Jinja2 as transformers sets it up, for the JavaScript engine to be compared with.

Run by hand, never by users:

    .tools/python/bin/pip install jinja2
    .tools/python/bin/python bench/reference/chat_templates.py

The templates are packages/tokenizer/src/fixtures/chat/<name>.jinja; each has the shape and the constructs of a
family's published one. Beside them this writes inputs.json and, for each of these inputs, in <name>.json the
text that came out or {"error": its message}.
"""

import json
from datetime import datetime
from pathlib import Path

from jinja2 import TemplateError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

FOLDER = Path(__file__).parents[2] / "packages" / "tokenizer" / "src" / "fixtures" / "chat"
NOW = datetime(2026, 11, 5, 9, 7, 3)

TOOL = {
    "type": "function",
    "function": {
        "name": "find_order",
        "description": "Finds an order's state \"now\" – größe <b>&amp;</b>.",
        "parameters": {
            "type": "object",
            "properties": {
                "order": {"type": "string", "description": "Its number"},
                "limit": {"type": "integer", "minimum": 0, "maximum": 10.5},
                "states": {"type": "array", "items": {"enum": ["open", "sent"]}},
                "place": {"type": "object", "properties": {"zip": {"type": "number"}, "home": {"type": "boolean"}}},
            },
            "required": ["order"],
            "additionalProperties": False,
            "default": None,
        },
    },
}
CALL = {"type": "function", "id": "abcdefghi",
        "function": {"name": "find_order", "arguments": {"order": "12", "nested": {"a": [1, 2.5, True, None, "é\n"]}}}}  # fmt: skip


def user(content):
    return {"role": "user", "content": content}


def assistant(content, **more):
    return {"role": "assistant", "content": content, **more}


SYSTEM = {"role": "system", "content": "Be brief. "}
CONVERSATIONS = [
    [user("Hi there")],
    [SYSTEM, user("Where is it?")],
    [user(" padded \n"), assistant("  On its way.\n"), user("Thanks"), assistant("Welcome 👋")],
    [SYSTEM, user("A"), assistant("B"), user("C")],
    [user("A"), assistant("<think>\nlong\nthought\n</think>\n\nB"), user("C"), assistant("<think>\nno\n</think>\n\nD")],
    [user("A"), assistant("B", reasoning_content="why"), user("quote ' \" and {{ braces }} {% tag %}")],
    [user("Where is 12?"), assistant("", tool_calls=[CALL]), {"role": "tool", "content": '{"state": "sent"}', "tool_call_id": "abcdefghi"}],
    [user("Where is 12?"), assistant("Let me see.", tool_calls=[CALL]),
     {"role": "tool", "content": "sent", "tool_call_id": "abcdefghi"}, assistant("It is sent."), user("Good")],
    [user("A"), user("B")],
    [assistant("first")],
    [user("one\r\ntwo\ttab\u00a0nbsp"), assistant("x" * 3)],
    [{"role": "other", "content": "unknown"}, user("A"), assistant("B", stop=True), user("C")],
]  # fmt: skip


OPTIONS = [
    {},
    {"add_generation_prompt": True},
    {"tools": [TOOL]},
    {"add_generation_prompt": True, "enable_thinking": False},
]


def environment() -> ImmutableSandboxedEnvironment:
    """As transformers.utils.chat_template_utils sets it up."""
    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])

    def raise_exception(message):
        raise TemplateError(message)

    def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = lambda form: NOW.strftime(form)
    return env


def write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


def main() -> None:
    env = environment()
    inputs = [(messages, options) for messages in CONVERSATIONS for options in OPTIONS]
    write(FOLDER / "inputs.json", inputs)
    for file in sorted(FOLDER.glob("*.jinja")):
        name = file.stem
        template = env.from_string(file.read_text())
        cases = []
        for messages, options in inputs:
            # transformers passes these two whether they are given or not.
            variables = {"tools": None, "documents": None, "add_generation_prompt": False, **options}
            try:
                cases.append(template.render(messages=messages, bos_token="<s>", eos_token="</s>", **variables))
            except Exception as error:
                cases.append({"error": str(error)})
        write(FOLDER / f"{name}.json", cases)
        print(name, len(cases), sorted({case["error"] for case in cases if isinstance(case, dict)}))


if __name__ == "__main__":
    main()
