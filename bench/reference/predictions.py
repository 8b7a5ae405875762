"""Writes what transformers answers for tiny random models of each family with each head.

Run by hand, never by users:

    .tools/python/bin/python bench/reference/predictions.py

Beside the models in packages/engine/src/parity/fixtures/models, whose weights below the heads are used, it writes
under packages/engine/src/predict/fixtures
  predictions.json   the texts, and for each family and task the logits of each text by itself
  heads.safetensors  <family>.<task>.<head parameter>, drawn at random
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForMaskedLM,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
)

SOURCE = Path(__file__).parents[2] / "packages" / "engine" / "src"
MODELS = SOURCE / "parity" / "fixtures" / "models"
OUT = SOURCE / "predict" / "fixtures"
CLASSES = {
    "sequence-classification": AutoModelForSequenceClassification,
    "token-classification": AutoModelForTokenClassification,
    "question-answering": AutoModelForQuestionAnswering,
    "masked-lm": AutoModelForMaskedLM,
}
ENCODERS = ("bert", "roberta", "distilbert", "modernbert")
LABELS = 3


def rounded(tensor):
    return [float(f"{value:.7g}") for value in tensor.flatten().tolist()]


def texts_of(generator):
    texts = []
    for length in [9, 14, 5, 23, 1, 7, 18, 6]:
        tokens = torch.randint(5, 50, (length,), generator=generator).tolist()
        types = [0] * (length // 2) + [1] * (length - length // 2)
        texts.append(dict(tokens=tokens, types=types, places=sorted({0, length // 3, length - 1})))
    return texts


def answers(model, family, task, texts):
    found = []
    for text in texts:
        inputs = dict(input_ids=torch.tensor([text["tokens"]]))
        if family == "bert":
            inputs["token_type_ids"] = torch.tensor([text["types"]])
        with torch.no_grad():
            output = model(**inputs)
        if task == "question-answering":
            logits = torch.stack([output.start_logits[0], output.end_logits[0]], dim=-1)
        elif task == "masked-lm":
            logits = output.logits[0, text["places"]]
        else:
            logits = output.logits[0]
        found.append(rounded(logits))
    return found


def main():
    generator = torch.Generator().manual_seed(71)
    texts = texts_of(generator)
    heads, families = {}, {}
    for folder in sorted(MODELS.iterdir()):
        family = folder.name
        config = AutoConfig.from_pretrained(folder)
        is_encoder = config.model_type in ENCODERS
        tasks = {}
        base = set(AutoModel.from_pretrained(folder).state_dict())
        for task, kind in CLASSES.items():
            if not is_encoder and task not in ("sequence-classification", "token-classification"):
                continue
            if config.model_type == "gemma3_text" and task == "token-classification":
                continue
            labels = {} if task in ("masked-lm", "question-answering") else dict(num_labels=LABELS)
            model = kind.from_pretrained(folder, **labels).eval()
            model.config.pad_token_id = None if not is_encoder else model.config.pad_token_id
            prefix = model.base_model_prefix + "."
            for name, value in model.named_parameters():
                inner = name.removeprefix(prefix)
                if inner in base and "pooler" not in name:
                    continue
                with torch.no_grad():
                    value.copy_(0.3 * torch.randn(value.shape, generator=generator))
                heads[f"{family}.{task}.{name}"] = value.detach().clone()
            tasks[task] = answers(model, config.model_type, task, texts)
        families[family] = tasks
    OUT.mkdir(exist_ok=True)
    save_file(heads, OUT / "heads.safetensors")
    (OUT / "predictions.json").write_text(json.dumps(dict(labels=LABELS, texts=texts, families=families)) + "\n")


main()
