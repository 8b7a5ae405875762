"""Records what peft computes for every method of training, on the tiny decoders of decoders.py.

Run by hand, never by users:

    .tools/python/bin/python bench/reference/methods.py

Writes packages/engine/src/parity/fixtures/methods/<model>.json and .safetensors with, for each case,
<case>.start.<tensor> and <case>.gradient.<tensor> by the engine's names.
"""

import json
from pathlib import Path

import torch
from curves import run_curve
from peft import (
    IA3Config,
    LoraConfig,
    PrefixTuningConfig,
    PromptTuningConfig,
    TrainableTokensConfig,
    get_peft_model,
)
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

ENGINE = Path(__file__).parents[2] / "packages" / "engine" / "src"
MODELS = ENGINE / "parity" / "fixtures" / "models"
OUT = ENGINE / "parity" / "fixtures" / "methods"
VIRTUAL = 5
TOKENS = [7, 20, 33]
TRAINING = dict(batchSize=4, epochs=10, warmupSteps=2, weightDecay=0.01, maxGradientNorm=1.0)


def load(name):
    model = AutoModelForCausalLM.from_pretrained(MODELS / name, attn_implementation="eager")
    return model.train()


def lora(name, **options):
    targets = ["c_attn", "c_proj", "c_fc"] if name == "gpt2" else ["q_proj", "v_proj", "up_proj", "down_proj"]
    return LoraConfig(
        r=4, lora_alpha=8, target_modules=targets, fan_in_fan_out=name == "gpt2", task_type="CAUSAL_LM", **options
    )


def freeze(model, chosen):
    for key, parameter in model.named_parameters():
        parameter.requires_grad_(chosen(key))
    return model


def last_layer(name):
    last = 2 if name == "gemma3" else 1
    marks = ["transformer.h.1.", "transformer.ln_f."] if name == "gpt2" else [f"model.layers.{last}.", "model.norm."]
    return lambda key: any(key.startswith(mark) for mark in marks)


# Case -> (settings of the engine's method, learning rate, how peft makes it)
CASES = {
    "layers": (dict(type="layers", last=1), 1e-2, lambda m, n: freeze(m, last_layer(n))),
    "names": (
        dict(type="layers", names=["*.mlp.*"]),
        1e-2,
        lambda m, n: freeze(m, lambda key: ".mlp." in key),
    ),
    "rslora": (
        dict(type="lora", rank=4, alpha=8, rankStabilized=True),
        2e-2,
        lambda m, n: get_peft_model(m, lora(n, use_rslora=True)),
    ),
    "dora": (
        dict(type="lora", rank=4, alpha=8, dora=True),
        1e-2,
        lambda m, n: get_peft_model(m, lora(n, use_dora=True)),
    ),
    "lora-plus": (
        dict(type="lora", rank=4, alpha=8, rateRatioB=4),
        5e-3,
        lambda m, n: get_peft_model(m, lora(n)),
    ),
    "pissa": (
        dict(type="lora", rank=4, alpha=8, initial="pissa"),
        5e-3,
        lambda m, n: get_peft_model(m, lora(n, init_lora_weights="pissa")),
    ),
    "ia3": (
        dict(type="ia3"),
        5e-2,
        lambda m, n: get_peft_model(m, IA3Config(task_type="CAUSAL_LM", fan_in_fan_out=n == "gpt2")),
    ),
    "prompt-tuning": (
        dict(type="prompt-tuning", tokens=VIRTUAL, initial="random"),
        5e-2,
        lambda m, n: get_peft_model(
            m, PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=VIRTUAL, prompt_tuning_init="RANDOM")
        ),
    ),
    "prefix-tuning": (
        dict(type="prefix-tuning", tokens=VIRTUAL),
        5e-2,
        lambda m, n: get_peft_model(m, PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=VIRTUAL)),
    ),
    "tokens": (
        dict(type="tokens", tokens=TOKENS),
        5e-2,
        lambda m, n: get_peft_model(
            m,
            TrainableTokensConfig(
                task_type="CAUSAL_LM", token_indices=TOKENS, target_modules=["wte" if n == "gpt2" else "embed_tokens"]
            ),
        ),
    ),
}


def short(key):
    key = key.removeprefix("base_model.model.")
    for part in (".default.weight", ".default"):
        key = key.removesuffix(part)
    if key.startswith("prompt_encoder."):
        return "prompt_embeddings"
    return key.replace(".token_adapter", "").replace(".default", "").replace("lora_magnitude_vector.weight", "lora_magnitude_vector")


def loss_of(model, examples):
    """One example at a time, so that no padding is involved; mean over all supervised tokens."""
    total, count = 0.0, 0
    for example in examples:
        ids = torch.tensor([example["tokens"]])
        labels = torch.tensor(
            [[t if s and i > 0 else -100 for i, (t, s) in enumerate(zip(example["tokens"], example["supervised"]))]]
        )
        supervised = int((labels != -100).sum())
        output = model(input_ids=ids, attention_mask=torch.ones_like(ids), labels=labels)
        total = total + output.loss * supervised
        count += supervised
    return total / count


def curve(model, examples, rate, ratio):
    groups = {}
    for key, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        spared = "norm" in key or ".ln_" in key or key.endswith("bias")
        own = rate * ratio if "lora_B" in key else rate
        groups.setdefault((spared, own), []).append(parameter)
    optimizer = torch.optim.AdamW(
        [
            dict(params=list(params), lr=own, weight_decay=0.0 if spared else TRAINING["weightDecay"])
            for (spared, own), params in groups.items()
        ]
    )
    points = run_curve(model, optimizer, TRAINING, examples, lambda batch: loss_of(model, batch))
    return [dict(loss=point["loss"], gradientNorm=point["gradientNorm"]) for point in points]


def record(name):
    examples = json.loads((MODELS / name / "reference.json").read_text())["examples"]
    tensors, cases = {}, {}
    for case, (settings, rate, make) in CASES.items():
        torch.manual_seed(40)
        generator = torch.Generator().manual_seed(41)
        model = make(load(name), name)
        if settings["type"] == "lora":
            targets = ["c_attn", "c_proj", "c_fc"] if name == "gpt2" else ["q_proj", "v_proj", "up_proj", "down_proj"]
            settings = {**settings, "targets": targets}
        trained = [(key, p) for key, p in model.named_parameters() if p.requires_grad]
        with torch.no_grad():
            for key, parameter in trained:
                if "lora_B" in key and case != "pissa":
                    parameter.copy_(0.1 * torch.randn(parameter.shape, generator=generator))
                if "ia3_l" in key:
                    parameter.copy_(1 + 0.2 * torch.randn(parameter.shape, generator=generator))
                if case == "prefix-tuning":
                    parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))
        kept = settings["type"] != "layers" and case != "pissa"
        for key, parameter in trained:
            if kept:
                tensors[f"{case}.start.{short(key)}"] = parameter.detach().clone()
        loss = loss_of(model, examples)
        loss.backward()
        for key, parameter in trained:
            if case != "pissa":
                tensors[f"{case}.gradient.{short(key)}"] = parameter.grad.clone()
        model.zero_grad()
        ratio = settings.get("rateRatioB", 1)
        cases[case] = dict(
            settings=settings, learningRate=rate, loss=loss.item(), curve=curve(model, examples, rate, ratio),
            trained=[short(key) for key, _ in trained],
        )
    OUT.mkdir(exist_ok=True)
    save_file({key: value.contiguous() for key, value in tensors.items()}, OUT / f"{name}.safetensors")
    (OUT / f"{name}.json").write_text(json.dumps(dict(training=TRAINING, cases=cases)) + "\n")


for model_name in ["tied", "gpt2", "gemma3"]:
    record(model_name)
