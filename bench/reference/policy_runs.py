"""Records ten optimisation steps of trl's GRPOTrainer and RLOOTrainer on models/lathe-tiny.

Run by hand, never by users:

    .tools/python/bin/pip install trl peft
    .tools/python/bin/python bench/reference/policy_runs.py

The trainers are trl's own, sampling included, in float32: AdamW with weight decay, clipping and a linear schedule with warm-up.
An answer's reward is the share of its characters that are an e. A step sees the prompts in their order. Each loss trains all
weights, and a LoRA adapter of peft that goes on learning: A and B are drawn, neither is zero, and where there is a beta the
reference is that adapter as it was.

packages/engine/src/parity/fixtures/policies/runs.json has, for each case, its settings and of every step the answers' tokens, their
rewards, the loss and the gradient norm before clipping; and how far all that learns went together from the first step to the last.
The adapter of the start stands in the folder start beside it.
"""

import json
import shutil
import tempfile
from pathlib import Path

import torch
import transformers
from datasets import Dataset
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import GRPOConfig, GRPOTrainer, RLOOConfig, RLOOTrainer

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "models" / "lathe-tiny"
OUT = ROOT / "packages" / "engine" / "src" / "parity" / "fixtures" / "policies" / "runs.json"
PROMPTS = ["Say cat.", "Where is my parcel?", "Tell me about the green door.", "Thank you", "My card is lost.", "Open?"]
PROMPTS_A_STEP, GROUP, STEPS = 3, 4, 10
SHARED = dict(
    learning_rate=1e-3, weight_decay=0.1, adam_epsilon=1e-6, max_grad_norm=0.5, warmup_steps=2, lr_scheduler_type="linear",
)
LOSSES = {
    "dapo": (GRPOTrainer, GRPOConfig, {}),
    "grpo": (GRPOTrainer, GRPOConfig, dict(loss_type="grpo", beta=0.04)),
    "dr_grpo": (GRPOTrainer, GRPOConfig, dict(loss_type="dr_grpo")),
    "rloo": (RLOOTrainer, RLOOConfig, dict(beta=0.05)),
}
LORA = dict(r=2, lora_alpha=4, lora_dropout=0.0, target_modules=["q_proj", "v_proj", "down_proj"])
START = OUT.parent / "start"


def share_of_e(completions, **_):
    texts = [completion[0]["content"] for completion in completions]
    return [text.count("e") / max(1, len(text)) for text in texts]


def recording(kind):
    class Recorded(kind):
        steps = []

        def _generate(self, prompts):
            found = super()._generate(prompts)
            self.steps.append(dict(prompts=found[0], completions=found[1]))
            return found

        def _calculate_rewards(self, *given):
            rewards = super()._calculate_rewards(*given)
            self.steps[-1]["rewards"] = rewards[:, 0].tolist()
            return rewards

        def training_step(self, *given):
            loss = super().training_step(*given)
            self.steps[-1]["loss"] = loss.item()
            return loss

    return Recorded


def base_model():
    return AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32)


def write_start():
    """An adapter with random A and B, as peft saves it."""
    torch.manual_seed(7)
    model = get_peft_model(base_model(), LoraConfig(task_type="CAUSAL_LM", **LORA))
    for name, value in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(value, std=0.02)
    model.peft_config["default"].base_model_name_or_path = MODEL.name
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        START.mkdir(exist_ok=True)
        for name in ("adapter_config.json", "adapter_model.safetensors"):
            shutil.copy(Path(folder) / name, START / name)


def run(loss, adaptation):
    kind, config, changes = LOSSES[loss]
    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    model = base_model()
    if adaptation == "lora":
        model = PeftModel.from_pretrained(model, START, is_trainable=True)
    trained = {key: p for key, p in model.named_parameters() if p.requires_grad}
    start = {key: p.detach().clone() for key, p in trained.items()}
    rows = [dict(prompt=[dict(role="user", content=text)]) for text in PROMPTS]
    with tempfile.TemporaryDirectory() as folder:
        trainer = recording(kind)(
            model=model,
            processing_class=tokenizer,
            reward_funcs=share_of_e,
            train_dataset=Dataset.from_list(rows),
            args=config(
                output_dir=folder, max_steps=STEPS, per_device_train_batch_size=PROMPTS_A_STEP * GROUP,
                num_generations=GROUP, max_completion_length=12, shuffle_dataset=False, logging_steps=1, seed=5,
                gradient_accumulation_steps=1, bf16=False, use_cpu=True, gradient_checkpointing=False,
                report_to="none", save_strategy="no", **SHARED, **changes,
            ),
        )
        trainer.train()
    norms = [line["grad_norm"] for line in trainer.state.log_history if "grad_norm" in line]
    steps = []
    for step, norm in zip(trainer.steps, norms, strict=True):
        steps.append(dict(step, gradientNorm=float(norm)))
    way = torch.cat([(p.detach() - start[key]).flatten() for key, p in trained.items()]).norm()
    print(loss, adaptation, [(round(s["loss"], 4), round(s["gradientNorm"], 3)) for s in steps])
    settings = {key: value for key, value in changes.items() if key != "loss_type"}
    return dict(loss=loss, adaptation=adaptation, settings=settings, steps=[compact(step) for step in steps], way=short(way.item()))


def short(number):
    """float32 needs no more than nine digits."""
    return float(f"{number:.9g}")


def compact(step):
    numbers = {key: short(step[key]) for key in ("loss", "gradientNorm")}
    lists = {key: [[int(token) for token in ids] for ids in step[key]] for key in ("prompts", "completions")}
    prompts = lists["prompts"][::GROUP]
    return dict(numbers, rewards=[short(r) for r in step["rewards"]], completions=lists["completions"], prompts=prompts)


def main():
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    write_start()
    cases = [run(loss, adaptation) for adaptation in ("full", "lora") for loss in LOSSES]
    prompts = [prompt for step in cases[0]["steps"][:2] for prompt in step["prompts"]]
    for case in cases:
        for at, step in enumerate(case["steps"]):
            wanted = prompts[at % 2 * PROMPTS_A_STEP :][:PROMPTS_A_STEP]
            if step.pop("prompts") != wanted:
                raise SystemExit("a step did not take the next prompts")
    training = {"schedule" if key == "lr_scheduler_type" else key: value for key, value in SHARED.items()}
    recorded = dict(group=GROUP, promptsPerStep=PROMPTS_A_STEP, training=training, prompts=prompts, cases=cases)
    OUT.write_text(json.dumps(recorded) + "\n")


if __name__ == "__main__":
    main()
