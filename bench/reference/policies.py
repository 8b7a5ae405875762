"""Writes the reference vectors of the reinforcement losses, computed by trl.

Run by hand, never by users, after bench/reference/llama.py:

    .tools/python/bin/pip install trl
    .tools/python/bin/python bench/reference/policies.py

The model is packages/engine/src/parity/fixtures/models/tied. The loss is GRPOTrainer._compute_loss or RLOOTrainer._compute_loss
itself; the advantages are the lines of _generate_and_score_completions that make them, taken from trl's source. What was sampled
and the reference differ from the model by noise, so that ratios are clipped on both sides.

Under packages/engine/src/parity/fixtures/policies:
  policies.json         three groups of four rollouts (one group of equal rewards, one rollout that no grader could judge, one
                        that was cut off), and for each case its settings, advantages, loss and figures
  <case>.safetensors    gradient.<parameter>
"""

import inspect
import json
import textwrap
from collections import defaultdict
from pathlib import Path

import torch
from accelerate import Accelerator
from safetensors.torch import save_file
from transformers import LlamaForCausalLM
from trl import GRPOTrainer, RLOOTrainer
from trl.trainer import grpo_trainer, rloo_trainer
from trl.trainer.utils import add_fused_lm_head

SOURCE = Path(__file__).parents[2] / "packages" / "engine" / "src" / "parity" / "fixtures"
FIXTURES = SOURCE / "policies"
GROUP = 4
MOST_TOKENS = 9
ACCELERATOR = Accelerator(cpu=True)
GENERATOR = torch.Generator().manual_seed(51)
CASES = {
    "dapo": {},
    "dapo-kl": dict(beta=0.04, epsilonHigh=0.28),
    "dapo-batch": dict(scaleRewards="batch", maskTruncated=True, temperature=0.8),
    "grpo": dict(loss="grpo", beta=0.04, maskTruncated=True),
    "grpo-sequence": dict(loss="grpo", ratio="sequence", epsilon=0.02, epsilonHigh=0.05),
    "dapo-sequence": dict(ratio="sequence", epsilon=0.02, epsilonHigh=0.05, beta=0.04, maskTruncated=True),
    "dr-grpo": dict(loss="dr_grpo", scaleRewards="none", epsilonHigh=0.28),
    "rloo": dict(loss="rloo", beta=0.05),
    "rloo-masked": dict(loss="rloo", beta=0.05, maskTruncated=True, epsilonHigh=0.4),
}
DEFAULTS = dict(
    loss="dapo", ratio="token", epsilon=0.2, beta=0.0, scaleRewards="group", maskTruncated=False,
    temperature=1.0, maxCompletionTokens=MOST_TOKENS,
)
REWARDS = [1.0, 0.0, 0.25, 1.0, 0.5, 0.5, 0.5, 0.5, 0.0, None, 1.0, 0.75]
CUT_OFF = 3


def draw(length):
    return torch.randint(3, 64, (length,), generator=GENERATOR).tolist()


def fresh(temperature):
    model = LlamaForCausalLM.from_pretrained(SOURCE / "models" / "tied")
    model.train()
    add_fused_lm_head(model, temperature=temperature, outputs=("log_probs", "entropy"))
    return model


def batch_of(rollouts, masked):
    before = max(len(r["prompt"]) for r in rollouts)
    after = max(len(r["completion"]) for r in rollouts)
    rows = dict(prompt_ids=[], prompt_mask=[], completion_ids=[], completion_mask=[])
    for r in rollouts:
        left, right = before - len(r["prompt"]), after - len(r["completion"])
        rows["prompt_ids"].append([0] * left + r["prompt"])
        rows["prompt_mask"].append([0] * left + [1] * len(r["prompt"]))
        rows["completion_ids"].append(r["completion"] + [0] * right)
        kept = 0 if masked and r["truncated"] else 1
        rows["completion_mask"].append([kept] * len(r["completion"]) + [0] * right)
    batch = {key: torch.tensor(value) for key, value in rows.items()}
    column = lambda key: torch.tensor([r[key] + [0.0] * (after - len(r[key])) for r in rollouts])
    return batch, column("sampled"), column("reference")


def lines_between(trainer, first, last):
    source = inspect.getsource(trainer._generate_and_score_completions).split("\n")
    start = next(at for at, line in enumerate(source) if first in line)
    end = next(at for at, line in enumerate(source) if at > start and last in line)
    return textwrap.dedent("\n".join(source[start : end + 1]))


def advantages_of(case, batch, sampled, reference):
    trainer, module = (RLOOTrainer, rloo_trainer) if case["loss"] == "rloo" else (GRPOTrainer, grpo_trainer)
    code = lines_between(trainer, "unscorable_mask = ", "advantages = torch.nan_to_num")
    rewards = torch.tensor([[float("nan") if r is None else r] for r in REWARDS])
    space = dict(
        vars(module), rewards_per_func=rewards, num_generations=GROUP, device="cpu", gather=lambda x: x,
        old_per_token_logps=sampled, ref_per_token_logps=reference, completion_mask=batch["completion_mask"],
        self=Attributes(
            reward_weights=torch.ones(1), multi_objective_aggregation="sum_then_normalize", reward_funcs=[None],
            scale_rewards=case["scaleRewards"], reward_clip_range=None, beta=case["beta"], normalize_advantages=False,
        ),
    )
    exec(code, space)
    return space["advantages"]


class Attributes(dict):
    __getattr__ = dict.__getitem__


def loss_of(model, case, batch, sampled, reference):
    advantages = advantages_of(case, batch, sampled, reference)
    kind = RLOOTrainer if case["loss"] == "rloo" else GRPOTrainer
    trainer = object.__new__(kind)
    fields = dict(
        model=model, accelerator=ACCELERATOR, aux_loss_enabled=False, top_entropy_quantile=1.0,
        off_policy_mask_threshold=None, importance_sampling_level=case["ratio"], beta=case["beta"],
        args=Attributes(use_bias_correction_kl=True, delta=None, steps_per_generation=1), loss_type=case["loss"],
        epsilon_low=case["epsilon"], epsilon_high=case.get("epsilonHigh", case["epsilon"]), use_vllm=False,
        current_gradient_accumulation_steps=1, max_completion_length=case["maxCompletionTokens"],
        _entropy_bonus_enabled=False, _metrics=dict(train=defaultdict(list)), temperature=case["temperature"],
    )
    for name, value in fields.items():
        setattr(trainer, name, value)
    inputs = dict(
        batch, advantages=advantages, old_per_token_logps=sampled, ref_per_token_logps=reference,
        old_logps=(sampled * batch["completion_mask"]).sum(1), num_items_in_batch=batch["completion_mask"].sum(),
    )
    loss = trainer._compute_loss(model, inputs)
    names = ("kl", "entropy", "clip_ratio/low_mean", "clip_ratio/high_mean")
    figures = {key: float(trainer._metrics["train"][key][-1]) for key in names if trainer._metrics["train"][key]}
    return loss, advantages, figures


def make_rollouts():
    rollouts = []
    for group in range(3):
        prompt = draw(3 + group)
        for at in range(GROUP):
            index = GROUP * group + at
            cut = index == CUT_OFF
            completion = draw(MOST_TOKENS if cut else 2 + (5 * index) % 6)
            rollouts.append(dict(prompt=prompt, completion=completion, reward=REWARDS[index], truncated=cut))
    model = fresh(1.0)
    noise = lambda size: (0.25 * torch.randn(size, generator=GENERATOR)).tolist()
    for r in rollouts:
        ids = torch.tensor([r["prompt"] + r["completion"]])
        scores = torch.log_softmax(model(ids).logits[0].float(), -1)
        first = len(r["prompt"])
        own = [scores[first + at - 1, token].item() for at, token in enumerate(r["completion"])]
        for name in ("sampled", "reference"):
            r[name] = [round(a + b, 4) for a, b in zip(own, noise(len(own)))]
    return rollouts


FIXTURES.mkdir(exist_ok=True)
found, rollouts = {}, make_rollouts()
for name, changes in CASES.items():
    case = {**DEFAULTS, **changes}
    model = fresh(case["temperature"])
    loss, advantages, figures = loss_of(model, case, *batch_of(rollouts, case["maskTruncated"]))
    loss.backward()
    kept = lambda key: name in ("dapo-kl", "rloo") or "k_proj" in key or "norm" in key
    save_file(
        {f"gradient.{k}": p.grad.contiguous() for k, p in model.named_parameters() if p.grad is not None and kept(k)},
        FIXTURES / f"{name}.safetensors",
    )
    found[name] = dict(settings=changes, loss=loss.item(), advantages=advantages.tolist(), figures=figures)
    print(name, loss.item(), figures)
recorded = dict(group=GROUP, maxCompletionTokens=MOST_TOKENS, rollouts=rollouts, cases=found)
(FIXTURES / "policies.json").write_text(json.dumps(recorded) + "\n")
