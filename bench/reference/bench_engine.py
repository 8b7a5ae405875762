"""Trains one case of bench/engine with PyTorch, transformers and peft and prints its result as JSON.

    .tools/python/bin/python bench/reference/bench_engine.py --case <JSON> --model <folder> --threads <n> [--compile default]
"""

import argparse
import json
import resource
import time
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

parser = argparse.ArgumentParser()
parser.add_argument("--case", required=True)
parser.add_argument("--model", required=True)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--compile", help="a mode of torch.compile, such as default or max-autotune; eager without")
options = parser.parse_args()
case = json.loads(options.case)
torch.set_num_threads(options.threads)
data = json.loads((Path(options.model) / "data.json").read_text())

classifies = case["task"] == "classification"
kind = AutoModelForSequenceClassification if classifies else AutoModelForCausalLM
model = kind.from_pretrained(options.model, dtype=torch.float32).train()
if case["method"] == "lora":
    model = get_peft_model(
        model,
        LoraConfig(
            r=16,
            lora_alpha=32,
            target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
        ),
    )
parameters = [p for p in model.parameters() if p.requires_grad]
run = model if options.compile is None else torch.compile(model, mode=options.compile)
optimizer = torch.optim.AdamW(parameters, lr=1e-4, weight_decay=0.0, eps=1e-8)

seconds, losses, first = [], [], 0.0
batch = case["batch"]
for step in range(case["steps"] + case["warmup"]):
    begun = time.perf_counter()
    rows = slice(step * batch, (step + 1) * batch)
    ids = torch.tensor(data["tokens"][rows])
    labels = torch.tensor(data["labels"][rows]) if classifies else ids
    loss = run(input_ids=ids, attention_mask=torch.ones_like(ids), labels=labels).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    optimizer.zero_grad()
    losses.append(loss.item())
    took = time.perf_counter() - begun
    if step >= case["warmup"]:
        seconds.append(took)
    else:
        first += took

print(
    json.dumps(
        dict(
            seconds=seconds,
            # Of the steps before those: what compiling takes is in them.
            firstSeconds=first,
            losses=losses,
            peakBytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            trainableParameters=sum(p.numel() for p in parameters),
        )
    )
)
