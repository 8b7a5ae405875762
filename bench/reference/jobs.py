"""Trains what packages/testkit/fixtures/jobs/cases.json asks for with transformers and PyTorch, from the rows as users write them.

Run by hand, never by users:

    .tools/python/bin/python bench/reference/jobs.py

with Node 24 on the path, which tells what masked-lm hides.

Every step sees all rows of a case, so that their order does not matter, in AdamW with a constant rate and an epsilon above
rounding, so that weights without a gradient stay where they are. It writes
expected.json beside the cases: of each case the loss and the gradient norm of every step, and of every weight after the
last one its norm and at most 6 elements, evenly spaced.
"""

import json
import subprocess
from pathlib import Path

import torch
from torch.nn import functional
from transformers import (
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
)

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "packages" / "testkit" / "fixtures" / "jobs"
KEPT = 6
# Of every job.
SEED = 1


def folder_of(name):
    return ROOT / "models" / name if name == "lathe-tiny" else FOLDER.parent / "tasks" / name


def encoded(tokenizer, *texts):
    return tokenizer(*texts, return_tensors="pt")


def classification_loss(model, tokenizer, rows, task):
    losses = []
    for row in rows:
        texts = [row["text"], row["text_pair"]] if "text_pair" in row else [row["text"]]
        logits = model(**encoded(tokenizer, *texts)).logits[0]
        if task.get("problem") == "regression":
            losses.append((logits[0] - row["label"]) ** 2)
        elif task.get("problem") == "multi-label":
            target = torch.tensor([float(label in row["labels"]) for label in task["labels"]])
            losses.append(functional.binary_cross_entropy_with_logits(logits, target))
        else:
            losses.append(functional.cross_entropy(logits, torch.tensor(task["labels"].index(row["label"]))))
    return torch.stack(losses).mean()


def tags_loss(model, tokenizer, rows, task):
    logits, labels = [], []
    for row in rows:
        text = " ".join(row["tokens"])
        inputs = tokenizer(text, return_tensors="pt", return_offsets_mapping=True)
        offsets = inputs.pop("offset_mapping")[0].tolist()
        special = tokenizer.get_special_tokens_mask(inputs["input_ids"][0], already_has_special_tokens=True)
        own = model(**inputs).logits[0]
        start = 0
        for word, tag in zip(row["tokens"], row["ner_tags"]):
            # The blank before a word may be a token, which belongs to it.
            first = next(at for at, (low, _) in enumerate(offsets) if low >= start and not special[at])
            logits.append(own[first])
            labels.append(task["labels"].index(tag))
            start += len(word) + 1
    return functional.cross_entropy(torch.stack(logits), torch.tensor(labels))


def answers_loss(model, tokenizer, rows, task):
    losses = []
    for row in rows:
        inputs = tokenizer(row["question"], row["context"], return_tensors="pt", return_offsets_mapping=True)
        offsets = inputs.pop("offset_mapping")[0].tolist()
        output = model(**inputs)
        first = last = 0
        if row["answers"]["text"]:
            start = row["answers"]["answer_start"][0]
            end = start + len(row["answers"]["text"][0])
            places = [
                at
                for at, (low, high) in enumerate(offsets)
                if inputs.sequence_ids(0)[at] == 1 and low < end and high > start
            ]
            first, last = places[0], places[-1]
        losses.append(
            (
                functional.cross_entropy(output.start_logits, torch.tensor([first]))
                + functional.cross_entropy(output.end_logits, torch.tensor([last]))
            )
            / 2
        )
    return torch.stack(losses).mean()


def embedding_loss(model, tokenizer, rows, task):
    def vector(text):
        return functional.normalize(model(**encoded(tokenizer, text)).last_hidden_state[0].mean(dim=0), dim=-1)

    if "score" in rows[0]:
        cosines = [vector(row["sentence1"]) @ vector(row["sentence2"]) for row in rows]
        return torch.stack([(cosine - row["score"]) ** 2 for cosine, row in zip(cosines, rows)]).mean()
    anchors = torch.stack([vector(row["anchor"]) for row in rows])
    positives = torch.stack([vector(row["positive"]) for row in rows])
    return functional.cross_entropy(20 * anchors @ positives.T, torch.arange(len(rows)))


def reward_loss(model, tokenizer, rows, task):
    losses = []
    for row in rows:
        chosen, rejected = [
            model(**encoded(tokenizer, row["prompt"], row[side])).logits[0, 0] for side in ("chosen", "rejected")
        ]
        center = task["center_coefficient"] * (chosen + rejected) ** 2
        losses.append(center - functional.logsigmoid(chosen - rejected))
    return torch.stack(losses).mean()


def log_probabilities(model, tokens, supervised):
    """Of the supervised tokens, each after those before it."""
    logits = model(input_ids=torch.tensor([tokens])).logits[0, :-1]
    own = torch.log_softmax(logits, dim=-1).gather(1, torch.tensor(tokens[1:])[:, None])[:, 0]
    return own[torch.tensor(supervised[1:], dtype=torch.bool)]


def chat(tokenizer, messages):
    rendered = tokenizer.apply_chat_template(
        messages, tokenize=True, return_dict=True, return_assistant_tokens_mask=True
    )
    return rendered["input_ids"], rendered["assistant_masks"]


def generation_loss(model, tokenizer, rows, task):
    found = []
    for row in rows:
        if "text" in row:
            tokens = tokenizer(row["text"])["input_ids"] + [tokenizer.eos_token_id]
            found.append(log_probabilities(model, tokens, [1] * len(tokens)))
        else:
            found.append(log_probabilities(model, *chat(tokenizer, row["messages"])))
    return -torch.cat(found).mean()


def preference_loss(model, tokenizer, rows, task, start):
    """Rafailov et al. (2023), equation 7, with beta 0.1."""
    losses = []
    for row in rows:
        gains = []
        for side in ("preferred_output", "non_preferred_output"):
            prompt = tokenizer.apply_chat_template(row["input"]["messages"], add_generation_prompt=True, return_dict=True)["input_ids"]
            whole, _ = chat(tokenizer, row["input"]["messages"] + row[side])
            # The answer ends with its end of turn; the line end behind it is the template's.
            end = len(whole) - whole[::-1].index(tokenizer.eos_token_id)
            answer = [int(len(prompt) <= at < end) for at in range(len(whole))]
            with torch.no_grad():
                before = log_probabilities(start, whole, answer).sum()
            gains.append(log_probabilities(model, whole, answer).sum() - before)
        losses.append(-functional.logsigmoid(0.1 * (gains[0] - gains[1])))
    return torch.stack(losses).mean()


def hidden_tokens(case, tokenizer, steps):
    """What each epoch hides of each row, which the engine draws from the seed."""
    rows = []
    for row in case["rows"]:
        encoding = tokenizer(row["text"], return_special_tokens_mask=True)
        rows.append({"tokens": encoding["input_ids"], "special": encoding["special_tokens_mask"]})
    asked = {
        "folder": str(folder_of(case["model"])), "share": case["task"]["masked_share"],
        "mask": tokenizer.mask_token_id, "seed": SEED, "epochs": steps, "rows": rows,
    }
    program = ["node", str(ROOT / "bench" / "parity" / "draw-hidden.ts")]
    drawn = subprocess.run(program, input=json.dumps(asked), capture_output=True, text=True, check=True)
    return json.loads(drawn.stdout)


def masked_loss(model, tokenizer, rows, task, drawn):
    logits, labels = [], []
    for row, hidden in zip(rows, drawn.pop(0)):
        inputs = encoded(tokenizer, row["text"])
        answers = inputs["input_ids"][0, hidden["hidden"]]
        inputs["input_ids"] = torch.tensor([hidden["tokens"]])
        logits.append(model(**inputs).logits[0, hidden["hidden"]])
        labels.append(answers)
    return functional.cross_entropy(torch.cat(logits), torch.cat(labels))


LOSSES = {
    "classification": (AutoModelForSequenceClassification, classification_loss),
    "token-classification": (AutoModelForTokenClassification, tags_loss),
    "question-answering": (AutoModelForQuestionAnswering, answers_loss),
    "embedding": (AutoModel, embedding_loss),
    "masked-lm": (AutoModelForMaskedLM, masked_loss),
    "reward": (AutoModelForSequenceClassification, reward_loss),
    "generation": (AutoModelForCausalLM, generation_loss),
    "preference": (AutoModelForCausalLM, preference_loss),
}


def run(case, steps, rate, epsilon):
    kind, loss_of = LOSSES[case["task"]["type"]]
    path = folder_of(case["model"])
    tokenizer = AutoTokenizer.from_pretrained(path)

    def load():
        return kind.from_pretrained(path, dtype=torch.float32, attn_implementation="eager").eval()

    model = load()
    extra = []
    if case["task"]["type"] == "preference":
        extra = [load()]
    if case["task"]["type"] == "masked-lm":
        extra = [hidden_tokens(case, tokenizer, steps)]
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.999), eps=epsilon, weight_decay=0)
    curve = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = loss_of(model, tokenizer, case["rows"], case["task"], *extra)
        loss.backward()
        norms = [weight.grad.norm() for weight in model.parameters() if weight.grad is not None]
        curve.append([loss.item(), torch.stack(norms).norm().item()])
        optimizer.step()
    weights = {}
    for name, weight in model.named_parameters():
        flat = weight.detach().flatten()
        places = sorted({round(at * (len(flat) - 1) / (KEPT - 1)) for at in range(KEPT)})
        weights[name] = {"norm": flat.norm().item(), "places": places, "values": flat[places].tolist()}
    return {"curve": curve, "weights": weights}


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.8g}")
    if isinstance(value, list):
        return [rounded(each) for each in value]
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return value


def main():
    torch.set_num_threads(1)
    given = json.loads((FOLDER / "cases.json").read_text())
    expected = {case["name"]: rounded(run(case, given["steps"], given["learningRate"], given["epsilon"])) for case in given["cases"]}
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in expected.items()]
    (FOLDER / "expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    for name, value in expected.items():
        print(name, [round(loss, 4) for loss, _ in value["curve"]])


main()
