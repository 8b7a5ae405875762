"""Renders small templates with Jinja2 as transformers sets it up, for Lathe's own reader to be compared with.

Run by hand, never by users, with the packages of scripts/setup.mjs's Python environment:

    .tools/python/bin/python bench/reference/jinja_table.py

Writes packages/tokenizer/src/jinja/fixtures/table.json: the variables that all templates see, and by kind each
template with the text that came out, or null where Jinja2 or Python raised.
"""

import json
import re
import warnings
from datetime import datetime
from pathlib import Path

from jinja_cases import CONTEXT, table
from transformers.utils import chat_template_utils

FILE = Path(__file__).parents[2] / "packages" / "tokenizer" / "src" / "jinja" / "fixtures" / "table.json"


class Frozen(datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2026, 11, 5, 9, 7, 3)


def render(template: str) -> str | None:
    try:
        text = chat_template_utils._compile_jinja_template(template).render(**CONTEXT)
        text.encode()
        return re.sub(r" at 0x[0-9a-f]+", " at 0x0", text)
    except Exception:
        return None


def main() -> None:
    warnings.simplefilter("ignore")
    chat_template_utils.datetime = Frozen
    kinds = {kind: [[case, render(case)] for case in dict.fromkeys(cases)] for kind, cases in table().items()}
    FILE.parent.mkdir(exist_ok=True)
    lines = [json.dumps("context") + ": " + json.dumps(CONTEXT, ensure_ascii=False)]
    for kind, cases in kinds.items():
        rows = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
        lines.append(json.dumps(kind) + ": [\n" + rows + "\n]")
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print({kind: len(cases) for kind, cases in kinds.items()}, sum(map(len, kinds.values())))


if __name__ == "__main__":
    main()
