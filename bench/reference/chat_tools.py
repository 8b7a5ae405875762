"""Renders conversations with tool calls as transformers does, for the examples that Lathe trains on to be compared with.

Run by hand, never by users:

    .tools/python/bin/pip install transformers jinja2
    .tools/python/bin/python bench/reference/chat_tools.py

For each template and conversation this writes, into packages/tokenizer/src/fixtures/chat-tools.json, the whole text with
the tools, for each answer what it is asked with and what the text is with it as the last message, and, for a template
with generation tags, where transformers' own mask says that the assistant writes. Calls come in OpenAI's shape, whose
arguments are a text; transformers is given what `json.loads` makes of them.
"""

import copy
import json
from pathlib import Path

from transformers.utils.chat_template_utils import render_jinja_template

FIXTURES = Path(__file__).parents[2] / "packages" / "tokenizer" / "src" / "fixtures"
# As Hermes 3 and SmolLM2's own recipe: calls in a list, in tags of their own, answers in generation tags.
TAGGED = (
    "{%- if tools %}{{- '<|im_start|>system\\nTools: ' + (tools | tojson) + '<|im_end|>\\n' }}{%- endif %}"
    "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' }}"
    "{%- if message.role == 'assistant' %}{%- generation %}{{- message.content or '' }}"
    "{%- if message.tool_calls %}{{- '<tool_call>[' }}{%- for call in message.tool_calls %}"
    "{{- '{\"name\": \"' + call.function.name + '\", \"arguments\": ' + (call.function.arguments | tojson) + '}' }}"
    "{{- ', ' if not loop.last }}{%- endfor %}{{- ']</tool_call>' }}{%- endif %}{{- '<|im_end|>' }}{%- endgeneration %}{{- '\\n' }}"
    "{%- else %}{{- message.content + '<|im_end|>\\n' }}{%- endif %}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)
# As DeepSeek's: the name stands outside of JSON.
FRAMED = (
    "{%- if tools %}{{- 'Tools: ' + (tools | tojson) + '\\n' }}{%- endif %}"
    "{%- for message in messages %}{%- if message.role == 'assistant' %}{{- '<|im_start|>assistant\\n' + (message.content or '') }}"
    "{%- for call in message.tool_calls or [] %}{{- '<call>' + call.function.name + '<sep>' + (call.function.arguments | tojson) + '</call>' }}{%- endfor %}"
    "{{- '<|im_end|>' }}{%- else %}{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' }}{%- endif %}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)
OWN = {"tagged": TAGGED, "framed": FRAMED}

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "find_order",
            "description": "Finds an order's state – größe <b>.",
            "parameters": {
                "type": "object",
                "properties": {
                    "order": {"type": "string"},
                    "amount": {"type": "number", "maximum": 10.5},
                    "10": {"type": "boolean"},
                },
                "required": ["order"],
            },
        },
    },
    {"function": {"parameters": {"properties": {}, "type": "object"}, "name": "now"}, "type": "function"},
]
del TOOLS[0]["function"]["parameters"]["properties"]["10"]


def said(role, content, **more):
    return {"role": role, "content": content, **more}


def call(identity, name, arguments):
    return {"id": identity, "type": "function", "function": {"name": name, "arguments": arguments}}


ONE = call("callaaaa1", "find_order", '{"order": "12 \\u00e9\\n<|im_end|>", "amount": 10.0, "many": [1, -0.0, 1e3, 12345678901234567890, true, null]}')
TWO = call("callaaaa2", "now", "{}")
RESULT = said("tool", '{"state": "sent"}', tool_call_id="callaaaa1", name="find_order")
LATER = said("tool", "12:00", tool_call_id="callaaaa2", name="now")
CONVERSATIONS = {
    "ends with a call": [said("user", "Where is 12?"), said("assistant", None, tool_calls=[ONE])],
    "call, result, answer": [
        said("user", "Where is 12?"), said("assistant", None, tool_calls=[ONE]), RESULT, said("assistant", "It is sent."),
    ],
    "two calls at once": [
        said("user", "Where is 12, and when?"),
        said("assistant", None, tool_calls=[ONE, TWO]), RESULT, LATER, said("assistant", "Sent."),
        said("user", "Thanks"), said("assistant", "Welcome"),
    ],
    "a system message": [
        said("system", "Be brief."), said("user", "Where is 12?"), said("assistant", None, tool_calls=[ONE]), RESULT,
        said("assistant", "Sent."),
    ],
    "text and a call": [
        said("user", "Where is 12?"), said("assistant", "Let me see.", tool_calls=[ONE]), RESULT,
        said("assistant", None, tool_calls=[TWO]), LATER, said("assistant", "It is sent."),
    ],
}  # fmt: skip


def told(messages):
    """As transformers takes them: arguments as objects, nothing that is None."""
    messages = copy.deepcopy(messages)
    for message in messages:
        for each in message.get("tool_calls", []):
            each["function"]["arguments"] = json.loads(each["function"]["arguments"])
    return [{key: value for key, value in message.items() if value is not None} for message in messages]


def render(template, messages, ask=False, mask=False):
    rendered, spans = render_jinja_template(
        [told(messages)], chat_template=template, tools=TOOLS, add_generation_prompt=ask,
        return_assistant_tokens_mask=mask, bos_token="<s>", eos_token="</s>", date_string="5 Nov 2026",
    )  # fmt: skip
    return (rendered[0], spans[0]) if mask else rendered[0]


def vectors():
    templates = {name: (FIXTURES / "chat" / f"{name}.jinja").read_text() for name in ["qwen2", "qwen3", "llama3", "mistral"]}
    for name, template in {**templates, **OWN}.items():
        for kind, messages in CONVERSATIONS.items():
            # Mistral's puts the system message into the last question, so a call is never told as it was asked for.
            if name == "mistral" and kind == "a system message":
                continue
            answers = [i for i, message in enumerate(messages) if message["role"] == "assistant"]
            vector = {"template": name, "text": OWN.get(name), "kind": kind, "messages": messages}
            try:
                whole = render(template, messages)
                vector["whole"] = whole
                vector["answers"] = [
                    {"asked": render(template, messages[:i], ask=True), "told": render(template, messages[: i + 1])}
                    for i in answers
                ]
                if name == "tagged":
                    text, spans = render(template, messages, mask=True)
                    vector["mask"] = [text[start:end] for start, end in spans]
            except Exception as error:
                vector["error"] = str(error)
            yield vector


if __name__ == "__main__":
    found = list(vectors())
    text = json.dumps({"tools": TOOLS, "vectors": found}, ensure_ascii=False, separators=(",", ":"))
    (FIXTURES / "chat-tools.json").write_text(text + "\n")
    for each in found:
        print(each["template"], each["kind"], each.get("error", "ok"))
