"""Writes the reference vectors of tiny random encoders, computed by transformers and peft.

Run by hand, never by users:

    .tools/python/bin/python bench/reference/encoders.py [name ...]

Each folder under packages/engine/src/parity/fixtures/models is a Hugging Face model with its head for masked
language modelling, and beside it
  reference.json         examples, losses and the 20-step curves of every task
  reference.safetensors  hidden.<i>; for each task <task>.start.<head parameter>,
                         <task>.gradient.<parameter>, and logits.<task>
"""

import json
import sys
from pathlib import Path

import torch
from curves import adamw, run_curve
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import (
    CONFIG_MAPPING,
    AutoModel,
    AutoModelForMaskedLM,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
)

FIXTURES = Path(__file__).parents[2] / "packages" / "engine" / "src" / "parity" / "fixtures" / "models"
VOCABULARY = 64
LABELS = 3
BERT = dict(
    vocab_size=VOCABULARY, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
    num_attention_heads=4, max_position_embeddings=64, hidden_dropout_prob=0.0,
    attention_probs_dropout_prob=0.0, pad_token_id=0, classifier_dropout=0.0,
)
MODELS = {
    "bert": ("bert", BERT),
    "roberta": ("roberta", {**BERT, "pad_token_id": 1, "type_vocab_size": 1}),
    "distilbert": (
        "distilbert",
        dict(
            vocab_size=VOCABULARY, dim=32, hidden_dim=48, n_layers=2, n_heads=4,
            max_position_embeddings=64, dropout=0.0, attention_dropout=0.0, pad_token_id=0,
            seq_classif_dropout=0.0, qa_dropout=0.0,
        ),
    ),
    "modernbert": (
        "modernbert",
        dict(
            vocab_size=VOCABULARY, hidden_size=32, intermediate_size=48, num_hidden_layers=4,
            num_attention_heads=4, max_position_embeddings=64, local_attention=8, pad_token_id=0,
            cls_token_id=3, sep_token_id=4, bos_token_id=3, eos_token_id=4,
        ),
    ),
}
TRAINING = dict(
    batchSize=4, epochs=10, warmupSteps=2, beta1=0.9, beta2=0.999, epsilon=1e-8, weightDecay=0.01,
    maxGradientNorm=1.0, learningRateFull=5e-3, learningRateLora=2e-2, rank=4, alpha=8,
)
LORA_TARGETS = {
    "bert": ["query", "value"],
    "roberta": ["query", "value"],
    "distilbert": ["q_lin", "v_lin"],
    "modernbert": ["Wqkv", "Wo"],
}


def draw(generator, low, high, count):
    return torch.randint(low, high, (count,), generator=generator).tolist()


def make_examples(generator):
    """Eight texts of unequal length with everything that the tasks ask about them."""
    examples = []
    for length in [9, 14, 5, 23, 11, 7, 18, 6]:
        tokens = draw(generator, 5, VOCABULARY, length)
        split = length // 2
        chosen = sorted(set(draw(generator, 1, length, max(2, length // 4))))
        masked = list(tokens)
        for place in chosen:
            masked[place] = 2
        start, end = sorted(draw(generator, split, length, 2))
        examples.append(
            dict(
                tokens=tokens,
                types=[0] * split + [1] * (length - split),
                masked=masked,
                maskedPlaces=chosen,
                label=draw(generator, 0, LABELS, 1)[0],
                labels=draw(generator, 0, 2, LABELS),
                value=round(torch.randn(1, generator=generator).item(), 4),
                tokenLabels=[-100 if t % 4 == 0 else t % LABELS for t in tokens],
                start=start,
                end=end,
            )
        )
    return examples


def padded(rows, pad):
    width = max(len(row) for row in rows)
    return torch.tensor([row + [pad] * (width - len(row)) for row in rows])


def batch_of(examples, task, config):
    key = "masked" if task == "masked-lm" else "tokens"
    inputs = dict(
        input_ids=padded([e[key] for e in examples], config.pad_token_id),
        attention_mask=padded([[1] * len(e[key]) for e in examples], 0),
    )
    if config.model_type == "bert":
        inputs["token_type_ids"] = padded([e["types"] for e in examples], 0)
    if task == "masked-lm":
        rows = []
        for e in examples:
            chosen = set(e["maskedPlaces"])
            rows.append([t if i in chosen else -100 for i, t in enumerate(e["tokens"])])
        inputs["labels"] = padded(rows, -100)
    if task == "single-label":
        inputs["labels"] = torch.tensor([e["label"] for e in examples])
    if task == "multi-label":
        inputs["labels"] = torch.tensor([e["labels"] for e in examples], dtype=torch.float32)
    if task == "regression":
        inputs["labels"] = torch.tensor([e["value"] for e in examples])
    if task == "token-classification":
        inputs["labels"] = padded([e["tokenLabels"] for e in examples], -100)
    if task == "span-extraction":
        inputs["start_positions"] = torch.tensor([e["start"] for e in examples])
        inputs["end_positions"] = torch.tensor([e["end"] for e in examples])
    return inputs


def load(folder, task):
    if task == "masked-lm":
        return AutoModelForMaskedLM.from_pretrained(folder)
    if task == "token-classification":
        return AutoModelForTokenClassification.from_pretrained(folder, num_labels=LABELS)
    if task == "span-extraction":
        return AutoModelForQuestionAnswering.from_pretrained(folder)
    problem = task.replace("-", "_") + ("_classification" if task.endswith("label") else "")
    return AutoModelForSequenceClassification.from_pretrained(
        folder, num_labels=1 if task == "regression" else LABELS, problem_type=problem
    )


def loss_of(model, task, examples):
    """Span extraction one text at a time: transformers lets padding compete for the answer."""
    if task == "span-extraction":
        losses = [model(**batch_of([e], task, model.config)).loss for e in examples]
        return torch.stack(losses).mean()
    return model(**batch_of(examples, task, model.config)).loss


def curve(model, task, examples, learning_rate):
    optimizer = adamw(
        model, TRAINING, learning_rate, lambda name: "norm" in name.lower() or name.endswith("bias")
    )
    return run_curve(model, optimizer, TRAINING, examples, lambda batch: loss_of(model, task, batch))


TASKS = [
    "masked-lm",
    "single-label",
    "multi-label",
    "regression",
    "token-classification",
    "span-extraction",
]


def write(name, model_type, fields):
    torch.manual_seed(30)
    generator = torch.Generator().manual_seed(31)
    folder = FIXTURES / name
    config = CONFIG_MAPPING[model_type](**fields, initializer_range=0.15)
    config._attn_implementation = "eager"
    model = AutoModelForMaskedLM.from_config(config).to(torch.float32)
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():
            if "norm" in parameter_name.lower() and parameter_name.endswith("weight"):
                parameter.copy_(1 + 0.2 * torch.randn(parameter.shape, generator=generator))
            elif parameter_name.endswith("bias"):
                parameter.copy_(0.1 * torch.randn(parameter.shape, generator=generator))
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    base_names = {key for key, _ in model.named_parameters()}
    examples = make_examples(generator)
    tensors, tasks = {}, {}

    base = AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        inputs = batch_of(examples, "", config)
        hidden = base(**inputs).last_hidden_state
    for row, example in enumerate(examples):
        tensors[f"hidden.{row}"] = hidden[row, : len(example["tokens"])].clone()

    for task in TASKS:
        torch.manual_seed(32)
        model = load(folder, task).train()
        start = {key: value.clone() for key, value in model.state_dict().items()}
        new = [key for key, _ in model.named_parameters() if key not in base_names]
        for key in new:
            tensors[f"{task}.start.{key}"] = start[key]
        loss = loss_of(model, task, examples)
        loss.backward()
        kept = ("masked-lm", "single-label")
        for key, parameter in model.named_parameters():
            if parameter.grad is not None and (task in kept or key in new or "layer.0." in key or "layers.0." in key):
                tensors[f"{task}.gradient.{key}"] = parameter.grad.clone()
        model.zero_grad()
        record = dict(loss=loss.item(), head=new)
        record["fullCurve"] = curve(model, task, examples, TRAINING["learningRateFull"])
        if task == "single-label":
            model.load_state_dict(start)
            saved = [part for part in ["pooler", "classifier", "pre_classifier"] if any(f".{part}." in f".{k}" for k in new)]
            if model_type == "modernbert":
                saved.append("head")
            adapted = get_peft_model(
                model,
                LoraConfig(
                    r=TRAINING["rank"], lora_alpha=TRAINING["alpha"], task_type="SEQ_CLS",
                    target_modules=LORA_TARGETS[model_type], modules_to_save=saved,
                ),
            )
            with torch.no_grad():
                for key, parameter in adapted.named_parameters():
                    if "lora_B" in key:
                        parameter.copy_(0.1 * torch.randn(parameter.shape, generator=generator))
                    if "lora_" in key:
                        short = key.removeprefix("base_model.model.").replace(".default.weight", "")
                        tensors[f"lora.start.{short}"] = parameter.clone()
            record["trainable"] = [k for k, p in adapted.named_parameters() if p.requires_grad]
            record["loraCurve"] = curve(adapted, task, examples, TRAINING["learningRateLora"])
        tasks[task] = record

    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "reference.safetensors")
    reference = dict(training=TRAINING, targets=LORA_TARGETS[model_type], examples=examples, tasks=tasks)
    (folder / "reference.json").write_text(json.dumps(reference) + "\n")


for model_name, (kind, options) in MODELS.items():
    if len(sys.argv) == 1 or model_name in sys.argv[1:]:
        write(model_name, kind, options)
