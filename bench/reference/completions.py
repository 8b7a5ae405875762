"""Log-probabilities of prompts as PyTorch has them, for test/flow/completions.test.ts.

    .tools/python/bin/python bench/reference/completions.py
"""

import json
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

root = Path(__file__).parents[2]
folder = root / "models/lathe-tiny"
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()

texts = [
    "The parcel has not arrived and the customer asks where it is.",
    "Dear team, my card was charged twice for the same order. Could you refund one of the payments, please? I paid on Monday.",
    "Zoë’s café — 3 €",
    "Dear team, my card ",
]
cases = []
for text in texts:
    ids = tokenizer(text, add_special_tokens=False).input_ids
    with torch.no_grad():
        scores = model(torch.tensor([ids])).logits[0].log_softmax(-1)
    told = [None] + [scores[at - 1, token].item() for at, token in enumerate(ids) if at > 0]
    best = [None] + [scores[at - 1].max().item() for at in range(1, len(ids))]
    cases.append(
        {
            "text": text,
            "tokens": ids,
            "logprobs": told,
            "best": best,
            "next": scores[-1].argmax().item(),
        }
    )
out = root / "test/flow/fixtures/completions.json"
out.parent.mkdir(exist_ok=True)
out.write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n")
