"""How the reference reads tokenizers that were learnt here: the vectors of
packages/tokenizer/src/learn/learn-tokenizer.test.ts.

    python bench/reference/learnt_tokenizers.py FOLDERS packages/tokenizer/src/fixtures/learnt.json

FOLDERS holds the model folders that the test writes.
"""

import hashlib
import json
import sys
from pathlib import Path

from tokenizers import Tokenizer
from transformers import AutoTokenizer

source, target = sys.argv[1:]
texts = [
    "You may reproduce and distribute copies of the Work or Derivative Works thereof in any medium.",
    "  Two  spaces,\n\na TAB\tand caf\u00e9 \u00ff \u4f60\u597d \U0001f600!",
    "Note: <|im_start|>user\nHi<|im_end|> [MASK] <|note|> [SEP]",
    "",
    "x" * 200,
]
found = {}
for folder in sorted(Path(source).iterdir()):
    file = folder / "tokenizer.json"
    if not file.exists():
        continue
    plain = Tokenizer.from_file(str(file))
    ids = [plain.encode(text).ids for text in texts]
    whole = AutoTokenizer.from_pretrained(folder)
    assert ids == [whole(text)["input_ids"] for text in texts], folder
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    found[folder.name] = {"sha256": sha256, "texts": texts, "ids": ids}

with open(target, "w", encoding="utf-8") as out:
    json.dump(found, out, ensure_ascii=False, separators=(",", ":"))
    out.write("\n")
