"""Texts and pairs cut to a length by Hugging Face's tokenizers (truncation "longest_first"), with the ids that are left.

    .tools/python/bin/python bench/reference/length_cuts.py
"""

import json
from pathlib import Path

from transformers import AutoTokenizer

root = Path(__file__).resolve().parents[2]
tokenizer = AutoTokenizer.from_pretrained(root / "models/lathe-tiny-encoder")
# Whole words in sentences of one form, so that a text cut between tokens has the same tokens again.
words = "the cat saw a red house and the dog ran to it on a cold day".split()


def text(count, start):
    return " ".join(words[(start + index) % len(words)] for index in range(count))


cases = []
for first, second, most in [
    (40, 0, 16), (40, 0, 17), (30, 10, 24), (10, 30, 24), (30, 30, 25),
    (30, 31, 26), (31, 30, 27), (3, 60, 20), (60, 3, 20), (12, 13, 16),
]:
    texts = [text(first, 0)] + ([text(second, 5)] if second else [])
    ids = tokenizer(*texts, truncation="longest_first", max_length=most)["input_ids"]
    cases.append({"texts": texts, "maxTokens": most, "ids": ids})

out = root / "services/ingest/src/fit/fixtures/longest-first.json"
out.write_text(json.dumps({"cases": cases}, indent=1) + "\n")
print(f"{len(cases)} cases")
