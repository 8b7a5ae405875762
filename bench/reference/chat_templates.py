"""Renders chat templates with transformers, for Lathe's own reader to be compared with.

Run by hand, never by users, with the packages of scripts/setup.mjs's Python environment:

    .tools/python/bin/python bench/reference/chat_templates.py

The templates are packages/tokenizer/src/fixtures/chat/<name>.jinja; each has the shape and the constructs of a
family's published one. Beside them this writes inputs.json and, for each of these inputs, in <name>.json the text that
came out or {"error": its message}; and conversations.json, 280 conversations by seed, of whose texts hashes.json
has the start of each hash.
"""

import json
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from chat_conversations import conversations
from transformers.utils import chat_template_utils

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


class Frozen(datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


def render(template: str, messages: list[dict], options: dict) -> str | dict:
    """The text, or {"error": its message}."""
    given = {"bos_token": "<s>", "eos_token": "</s>", **options}
    try:
        normalized = chat_template_utils._normalize_chat_messages(messages)
        texts, _ = chat_template_utils.render_jinja_template([normalized], chat_template=template, **given)
        return texts[0]
    except Exception as error:
        return {"error": str(error)}


def digest(outcome: str | dict) -> str:
    """Enough of a hash to tell texts apart; errors are all one."""
    return "error" if isinstance(outcome, dict) else sha256(outcome.encode()).hexdigest()[:8]


def write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


def main() -> None:
    chat_template_utils.datetime = Frozen
    inputs = [(messages, options) for messages in CONVERSATIONS for options in OPTIONS]
    generated = conversations(280, seed=9)
    write(FOLDER / "inputs.json", inputs)
    write(FOLDER / "conversations.json", generated)
    hashes = {}
    for file in sorted(FOLDER.glob("*.jinja")):
        name = file.stem
        template = file.read_text()
        cases = [render(template, *input) for input in inputs]
        write(FOLDER / f"{name}.json", cases)
        hashes[name] = " ".join(digest(render(template, *input)) for input in generated)
        print(name, len(cases), sorted({case["error"] for case in cases if isinstance(case, dict)}), 280 - hashes[name].count("error"))
    (FOLDER / "hashes.json").write_text(json.dumps(hashes, indent=1) + "\n")


if __name__ == "__main__":
    main()
