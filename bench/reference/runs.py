"""Records what transformers and peft compute for the runs of packages/engine/src/parity/recorded-runs.ts.

Run by hand, never by users:

    node bench/parity/record-runs.ts

That command writes <folder>/cases.json and the tensors that each run starts from, then calls

    python runs.py <folder> <out>

which writes <out>.json, for each case the loss of all examples at the start and the loss and gradient norm of 20 steps,
and <out>.safetensors, for each case one vector: of every trained tensor, in the order of the case's list, the norm of
its gradient and at most 12 of its elements, evenly spaced. What `<out>` holds of other cases stays: `--only stablelm`
of that command records a family that is new.
"""

import json
import math
import sys
from pathlib import Path

import torch
import transformers
from peft import (
    IA3Config,
    LoraConfig,
    PrefixTuningConfig,
    PromptTuningConfig,
    TrainableTokensConfig,
    get_peft_model,
)
from safetensors.torch import load_file, save_file
from torch.nn import functional

AUTO = {
    "sequence-classification": "AutoModelForSequenceClassification",
    "token-classification": "AutoModelForTokenClassification",
    "question-answering": "AutoModelForQuestionAnswering",
}
KEPT = 12


def base_model(case):
    is_decoder = case["kind"] == "decoder"
    auto = AUTO.get(case["task"], "AutoModelForCausalLM" if is_decoder else "AutoModelForMaskedLM")
    options = {} if case["labels"] is None else {"num_labels": case["labels"]}
    model = getattr(transformers, auto).from_pretrained(
        case["base"], dtype=torch.float32, attn_implementation="eager", **options
    )
    if case["task"] == "sequence-classification":
        problem = case["problem"].replace("-", "_")
        model.config.problem_type = problem if problem == "regression" else f"{problem}_classification"
    return model


def wrapped(model, case):
    """The model with what peft puts beside it; the layers are named one by one."""
    method, modules = case["method"], case["modules"]
    transposed = model.config.model_type == "gpt2"
    kind = method["type"]
    language = {"task_type": "CAUSAL_LM"}
    if kind == "lora":
        config = LoraConfig(
            r=method["rank"], lora_alpha=method["alpha"], target_modules=modules, fan_in_fan_out=transposed,
            use_rslora=method["rankStabilized"], use_dora=method["dora"],
        )
    elif kind == "ia3":
        config = IA3Config(
            target_modules=modules, feedforward_modules=case["feedForward"], fan_in_fan_out=transposed
        )
    elif kind == "prompt-tuning":
        config = PromptTuningConfig(num_virtual_tokens=method["tokens"], **language)
    elif kind == "prefix-tuning":
        config = PrefixTuningConfig(num_virtual_tokens=method["tokens"], **language)
    elif kind == "tokens":
        config = TrainableTokensConfig(token_indices=method["tokens"], target_modules=[case["embedding"]])
    else:
        return model
    return get_peft_model(model, config)


def short(key):
    """The name that the engine gives a parameter."""
    if key.startswith("prompt_encoder."):
        return "prompt_embeddings"
    key = key.removeprefix("base_model.model.").replace(".token_adapter", "").replace(".base_layer", "")
    if "lora_magnitude_vector" in key:
        return key.replace(".default", "").removesuffix(".weight")
    if ".default" in key:
        return key.replace(".default", "").removesuffix(".weight")
    return key


def start(model, case, tensors):
    """Puts every trained tensor where the engine starts, and lets nothing else train."""
    known = {short(key): parameter for key, parameter in model.named_parameters(remove_duplicate=False)}
    model.requires_grad_(False)
    trained = {}
    with torch.no_grad():
        for tensor in case["parameters"]:
            parameter = known[tensor["name"]]
            parameter.copy_(tensors[tensor["name"]].reshape(parameter.shape))
            parameter.requires_grad_(True)
            trained[tensor["name"]] = parameter
        for name in [key for key in tensors if key.endswith(".lora_A.start")]:
            module = name.removesuffix(".lora_A.start")
            layer = model.get_submodule(f"base_model.model.{module}")
            product = layer.scaling["default"] * tensors[f"{module}.lora_B.start"] @ tensors[name]
            layer.base_layer.weight -= product.T if layer.fan_in_fan_out else product
    return trained


def hidden_of(model, tokens, types=None):
    inputs = {"input_ids": torch.tensor([tokens])}
    if types is not None:
        inputs["token_type_ids"] = torch.tensor([types])
    whole = model.get_base_model() if hasattr(model, "get_base_model") else model
    return whole.base_model(**inputs).last_hidden_state[0]


def embedding_loss(model, examples):
    """MultipleNegativesRankingLoss of sentence-transformers: scale 20, cosines of means, own positive is right."""
    sides = [
        functional.normalize(
            torch.stack([hidden_of(model, example[side]).mean(dim=0) for example in examples]), dim=-1
        )
        for side in ("anchor", "positive")
    ]
    return functional.cross_entropy(20 * sides[0] @ sides[1].T, torch.arange(len(examples)))


def reward_loss(model, examples):
    """TRL's RewardTrainer: -log sigmoid(chosen - rejected)."""
    rewards = [
        [model(input_ids=torch.tensor([example[side]])).logits[0, 0] for side in ("chosen", "rejected")]
        for example in examples
    ]
    return torch.stack([-functional.logsigmoid(chosen - rejected) for chosen, rejected in rewards]).mean()


def example_loss(model, case, example):
    """The model's own loss of one example, without padding, and how much it counts."""
    task = case["task"]
    inputs = {"input_ids": torch.tensor([example["tokens"]])}
    inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
    if example.get("types") is not None:
        inputs["token_type_ids"] = torch.tensor([example["types"]])
    weight = 1
    if task == "causal-lm":
        pairs = zip(example["tokens"], example["supervised"])
        labels = [token if flag and at > 0 else -100 for at, (token, flag) in enumerate(pairs)]
        weight = sum(label >= 0 for label in labels)
        inputs["labels"] = torch.tensor([labels])
    elif task == "masked-lm":
        labels = [-100] * len(example["tokens"])
        for place, answer in zip(example["hidden"], example["answers"]):
            labels[place] = answer
        weight = len(example["hidden"])
        inputs["labels"] = torch.tensor([labels])
    elif task == "token-classification":
        labels = [label if label >= 0 else -100 for label in example["labels"]]
        weight = sum(label >= 0 for label in labels)
        inputs["labels"] = torch.tensor([labels])
    elif task == "question-answering":
        inputs["start_positions"] = torch.tensor([example["start"]])
        inputs["end_positions"] = torch.tensor([example["end"]])
        # peft's class for questions forgets token_type_ids; the plain wrapper used here does not.
    else:
        is_index = case["problem"] == "single-label"
        inputs["labels"] = torch.tensor([example["label"]], dtype=torch.long if is_index else torch.float32)
    return model(**inputs).loss, weight


def loss_of(model, case, examples):
    if case["task"] == "feature-extraction":
        return embedding_loss(model, examples)
    if case["objective"] == "reward":
        return reward_loss(model, examples)
    losses, weights = zip(*(example_loss(model, case, example) for example in examples))
    return sum(loss * weight for loss, weight in zip(losses, weights)) / sum(weights)


def sketch(gradient):
    flat = gradient.flatten()
    return torch.cat([flat.norm().reshape(1), flat[:: math.ceil(len(flat) / KEPT)]])


def curve(model, case, trained):
    training, groups = case["training"], {}
    for tensor in case["parameters"]:
        key = (tensor["decays"], tensor["rate"])
        groups.setdefault(key, []).append(trained[tensor["name"]])
    optimizer = torch.optim.AdamW(
        [
            dict(
                params=params, lr=training["learningRate"] * rate,
                weight_decay=training["weightDecay"] if decays else 0.0,
            )
            for (decays, rate), params in groups.items()
        ]
    )
    size, examples = training["batchSize"], case["examples"]
    batches = [examples[at : at + size] for at in range(0, len(examples), size)]
    steps = len(batches) * training["epochs"]
    schedule = transformers.get_linear_schedule_with_warmup(optimizer, training["warmupSteps"], steps)
    points = []
    for step in range(steps):
        loss = loss_of(model, case, batches[step % len(batches)])
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(list(trained.values()), training["maxGradientNorm"])
        points.append([loss.item(), norm.item()])
        optimizer.step()
        schedule.step()
    return points


def record(case):
    model = wrapped(base_model(case), case).eval()
    trained = start(model, case, load_file(case["start"]))
    loss = loss_of(model, case, case["examples"])
    loss.backward()
    sketches = torch.cat([sketch(trained[tensor["name"]].grad) for tensor in case["parameters"]])
    # float32 needs no more than nine digits.
    points = [[float(f"{number:.9g}") for number in point] for point in curve(model, case, trained)]
    return dict(loss=float(f"{loss.item():.9g}"), curve=points), sketches


def main():
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    folder, out = Path(sys.argv[1]), sys.argv[2]
    recorded, gradients = {}, {}
    if Path(f"{out}.json").exists():
        recorded, gradients = json.loads(Path(f"{out}.json").read_text()), load_file(f"{out}.safetensors")
    for case in json.loads((folder / "cases.json").read_text()):
        recorded[case["name"]], gradients[case["name"]] = record(case)
        print(case["name"], recorded[case["name"]]["loss"], recorded[case["name"]]["curve"][-1][0], flush=True)
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in recorded.items()]
    Path(f"{out}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    save_file(gradients, f"{out}.safetensors")


if __name__ == "__main__":
    main()
