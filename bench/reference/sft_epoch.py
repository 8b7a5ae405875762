"""Trains one epoch over rows in tokens with TRL's SFTTrainer on the CPU and prints its result as JSON.

    .tools/python/bin/python bench/reference/sft_epoch.py --rows <file> --model <folder> --method lora|full \
        --threads <n> --batch <n> --batching padded|grouped|packed

padded: batches in the order of the file, padded to their longest row. grouped: rows of like length in a batch.
packed: TRL's packing by best fit, which flattens rows into one sequence with positions of their own.
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import torch
from datasets import Dataset
from peft import LoraConfig
from torch.utils.data import SequentialSampler
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import SFTConfig, SFTTrainer

parser = argparse.ArgumentParser()
parser.add_argument("--rows", required=True)
parser.add_argument("--model", required=True)
parser.add_argument("--method", choices=["lora", "full"], default="lora")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--batch", type=int, default=8)
parser.add_argument("--batching", choices=["padded", "grouped", "packed"], default="padded")
options = parser.parse_args()
torch.set_num_threads(options.threads)
rows = json.loads(Path(options.rows).read_text())
data = Dataset.from_dict(dict(input_ids=rows["tokens"], completion_mask=rows["supervised"]))
longest = max(map(len, rows["tokens"]))
packs = options.batching == "packed"
# Without flash attention, which no CPU has, a window's attention takes the square of its length: windows of eight rows of banking77
# needed more than 18 GB.
packed_window = 1024
# A step of eight long rows in one pass takes 18 GB too; in two passes they are padded less as well.
passes = 2
lora = LoraConfig(
    r=16,
    lora_alpha=32,
    target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
)


class Clock(TrainerCallback):
    """When each step ended, and what its loss was."""

    ends: list[float] = []
    losses: list[float] = []

    def on_step_end(self, *_, **__):
        self.ends.append(time.perf_counter())

    def on_log(self, _, __, ___, logs=None, **____):
        if "loss" in logs:
            self.losses.append(logs["loss"])


class InOrder(SFTTrainer):
    """Takes rows in the order of the file, where they are not to be grouped."""

    def _get_train_sampler(self, dataset=None):
        if options.batching == "grouped":
            return super()._get_train_sampler(dataset)
        return SequentialSampler(dataset if dataset is not None else self.train_dataset)


with tempfile.TemporaryDirectory() as folder:
    config = SFTConfig(
        output_dir=folder,
        use_cpu=True,
        bf16=False,
        num_train_epochs=1,
        # A packed window holds several rows.
        per_device_train_batch_size=1 if packs else options.batch // passes,
        gradient_accumulation_steps=1 if packs else passes,
        learning_rate=1e-5,
        lr_scheduler_type="constant",
        weight_decay=0.0,
        max_length=max(longest, packed_window) if packs else longest,
        packing=packs,
        packing_strategy="bfd",
        train_sampling_strategy="group_by_length" if options.batching == "grouped" else "random",
        completion_only_loss=True,
        gradient_checkpointing=False,
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
    )
    trainer = InOrder(
        model=AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32),
        processing_class=AutoTokenizer.from_pretrained(options.model),
        args=config,
        train_dataset=data,
        peft_config=lora if options.method == "lora" else None,
        callbacks=[clock := Clock()],
    )
    trainer.train()

steps = len(clock.ends)
print()
print(
    json.dumps(
        dict(
            # The first step asks for memory that the others have.
            seconds=(clock.ends[-1] - clock.ends[0]) / (steps - 1) * steps,
            supervisedTokens=sum(sum(flags[1:]) for flags in rows["supervised"]),
            loss=sum(clock.losses) / len(clock.losses),
            slots=None,
        )
    )
)
