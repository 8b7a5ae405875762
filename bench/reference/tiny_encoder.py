"""Tokens and the loss of hidden ones as transformers has them for models/lathe-tiny-encoder.

    .tools/python/bin/python bench/reference/tiny_encoder.py

Writes models/tiny/fixtures/encoder.json, which models/tiny/make-encoder.test.ts compares with.
"""

import json
from pathlib import Path

import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer

root = Path(__file__).parents[2]
folder = root / "models/lathe-tiny-encoder"
tokenizer = AutoTokenizer.from_pretrained(folder)
model, loading = AutoModelForMaskedLM.from_pretrained(folder, output_loading_info=True, dtype=torch.float32)
assert not loading["missing_keys"] and not loading["unexpected_keys"], loading
model.eval()

texts = [
    "Hello, my parcel has not arrived!",
    "Refund the 2nd payment of £19.99, PLEASE; it's urgent…",
    "Zoë’s café\u00a0— naïve “quotes”, 12:30\tand\nlines [MASK] ok",
]
cases = []
for text in texts:
    ids = tokenizer(text).input_ids
    hidden = list(range(1, len(ids) - 1, 3))
    given = torch.tensor([ids])
    given[0, hidden] = tokenizer.mask_token_id
    with torch.no_grad():
        scores = model(given).logits[0].log_softmax(-1)
    losses = [-scores[place, ids[place]].item() for place in hidden]
    cases.append({"text": text, "tokens": ids, "hidden": hidden, "loss": sum(losses) / len(losses)})
out = root / "models/tiny/fixtures/encoder.json"
out.parent.mkdir(exist_ok=True)
out.write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n")
