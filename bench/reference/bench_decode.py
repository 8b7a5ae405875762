"""Answers the requests of bench/decode with PyTorch, transformers and peft and prints what it measured as JSON.

    .tools/python/bin/python bench/reference/bench_decode.py --model <folder> --adapters <folder> --threads <n> \
        --work <JSON: prompts, answerTokens, concurrencies>

The requests of a batch have adapters of their own: peft's mixed batches (`adapter_names`).
"""

import argparse
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
options = parser.parse_args()
work = json.load(sys.stdin)
torch.set_num_threads(options.threads)

model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32).eval()
folders = [Path(options.adapters) / f"adapter-{at}" for at in range(len(work["prompts"]))]
model = PeftModel.from_pretrained(model, folders[0], adapter_name="a0").eval()
for at, folder in enumerate(folders[1:], 1):
    model.load_adapter(folder, adapter_name=f"a{at}")
model.eval()


class FirstToken(StoppingCriteria):
    """Never stops; notes when it was asked first, which is after the first token."""

    def __init__(self):
        self.at = None

    def __call__(self, ids, scores, **_):
        self.at = self.at or time.perf_counter()
        return torch.zeros(ids.shape[0], dtype=torch.bool)


@torch.inference_mode()
def measure(requests):
    ids = torch.tensor(work["prompts"][:requests])
    first = FirstToken()
    begun = time.perf_counter()
    answers = model.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        adapter_names=[f"a{at}" for at in range(requests)],
        max_new_tokens=work["answerTokens"],
        min_new_tokens=work["answerTokens"],
        do_sample=False,
        pad_token_id=0,
        stopping_criteria=StoppingCriteriaList([first]),
    )
    ended = time.perf_counter()
    own = answers[0, ids.shape[1] :].tolist()
    return dict(requests=requests, seconds=ended - begun, firstToken=first.at - begun, answer=own[:8])


measure(1)
measure(2)
print(json.dumps([measure(requests) for requests in work["concurrencies"]]))
