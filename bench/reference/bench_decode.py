"""Answers the requests of bench/decode with PyTorch, transformers and peft and prints what it measured as JSON.

    .tools/python/bin/python bench/reference/bench_decode.py --model <folder> --adapters <folder> --threads <n> \
        --clock <wall|processor> < <JSON: batches, answerTokens>

The requests of a batch have adapters of their own, as peft's mixed batches (`adapter_names`), or none.
"""

import argparse
import contextlib
import json
import sys
import time
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, StoppingCriteria, StoppingCriteriaList

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
parser.add_argument("--adapters", required=True)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--clock", choices=["wall", "processor"], default="wall")
options = parser.parse_args()
work = json.load(sys.stdin)
now = time.perf_counter if options.clock == "wall" else time.process_time
torch.set_num_threads(options.threads)

model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32).eval()
folders = sorted(Path(options.adapters).glob("adapter-*"), key=lambda folder: int(folder.name.split("-")[1]))
model = PeftModel.from_pretrained(model, folders[0], adapter_name="a0").eval()
for at, folder in enumerate(folders[1:], 1):
    model.load_adapter(folder, adapter_name=f"a{at}")
model.eval()


class FirstToken(StoppingCriteria):
    """Never stops; notes when it was asked first, which is after the first token."""

    def __init__(self):
        self.at = None

    def __call__(self, ids, scores, **_):
        self.at = self.at or now()
        return torch.zeros(ids.shape[0], dtype=torch.bool)


@torch.inference_mode()
def measure(batch):
    ids = torch.tensor(batch["prompts"])
    first = FirstToken()
    adapters = batch["adapters"]
    begun = now()
    with contextlib.nullcontext() if adapters else model.disable_adapter():
        answers = model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=work["answerTokens"],
            min_new_tokens=work["answerTokens"],
            do_sample=False,
            pad_token_id=0,
            stopping_criteria=StoppingCriteriaList([first]),
            **(dict(adapter_names=adapters) if adapters else {}),
        )
    ended = now()
    own = answers[0, ids.shape[1] :].tolist()
    return dict(
        way=batch["way"],
        requests=batch["requests"],
        kept="nothing",
        seconds=ended - begun,
        firstToken=first.at - begun,
        answer=own[:8],
    )


for batch in work["batches"]:
    if batch["requests"] == 1:
        measure(batch)
print(json.dumps([measure(batch) for batch in work["batches"]]))
