"""Renders conversations turn by turn as transformers does, for the examples that Lathe trains on to be compared with.

Run by hand, never by users:

    .tools/python/bin/pip install transformers jinja2
    .tools/python/bin/python bench/reference/chat_answers.py

The templates are those of packages/tokenizer/src/fixtures/chat, and a few with habits of their own below. For each
template and conversation this writes, into packages/tokenizer/src/fixtures/chat-answers.json, the whole text, and for each
answer what it is asked with and what the text is with it as the last message.
"""

import json
from pathlib import Path

from transformers.utils.chat_template_utils import render_jinja_template

FIXTURES = Path(__file__).parents[2] / "packages" / "tokenizer" / "src" / "fixtures"
LOOP = "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' + SAID + '<|im_end|>\\n' }}{%- endfor %}"
ASK = "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
OWN = {
    # As DeepSeek-R1-Distill: answers without thoughts, prompts that open one.
    "opens-thought": LOOP.replace("SAID", "message.content.split('</think>')[-1]")
    + ASK.replace("assistant\\n", "assistant\\n<think>\\n"),
    # As gpt-oss: only the last answer ends the text.
    "ends-last": "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' + message.content }}"
    "{{- '</s>' if loop.last and message.role == 'assistant' else '<|im_end|>\\n' }}{%- endfor %}" + ASK,
    # As Mistral's older ones: the system message stands in the last question.
    "system-last": "{%- for message in messages %}{%- if message.role == 'user' %}"
    "{{- '[INST] ' + (messages[0].content + '\\n\\n' if loop.index0 >= messages | length - 2 and messages[0].role == 'system' else '') + message.content + '[/INST]' }}"
    "{%- elif message.role == 'assistant' %}{{- ' ' + message.content + '</s>' }}{%- endif %}{%- endfor %}",
}


def said(role, content):
    return {"role": role, "content": content}


THOUGHT = "<think>\nOne, two.\n</think>\n\n"
CONVERSATIONS = {
    "plain": [said("user", "q"), said("assistant", "yes"), said("user", "r"), said("assistant", "no")],
    "thoughts": [
        said("user", "q"), said("assistant", THOUGHT + "yes"),
        said("user", "r"), said("assistant", THOUGHT + "no\n    return 1"),
        said("user", "s"), said("assistant", "maybe"),
    ],
    "system": [
        said("system", "Be brief."), said("user", "q"), said("assistant", "yes"),
        said("user", "r"), said("assistant", "n\u00e9 \U0001f44b"),
    ],
}  # fmt: skip


def render(template, messages, ask=False):
    rendered, _ = render_jinja_template(
        [messages], chat_template=template, add_generation_prompt=ask, bos_token="<s>", eos_token="</s>"
    )
    return rendered[0]


def vectors():
    templates = {
        name: (FIXTURES / "chat" / f"{name}.jinja").read_text()
        for name in ["zephyr", "gemma", "phi3", "qwen2", "qwen3", "llama2"]
    }
    for name, template in {**templates, **OWN}.items():
        for kind, messages in CONVERSATIONS.items():
            answers = [i for i, message in enumerate(messages) if message["role"] == "assistant"]
            yield {
                "template": name,
                "text": template if name in OWN else None,
                "kind": kind,
                "messages": messages,
                "whole": render(template, messages),
                "answers": [
                    {"asked": render(template, messages[:i], ask=True), "told": render(template, messages[: i + 1])}
                    for i in answers
                ],
            }


if __name__ == "__main__":
    out = FIXTURES / "chat-answers.json"
    out.write_text(json.dumps(list(vectors()), ensure_ascii=False, indent=1) + "\n")
