"""Writes the reference vectors of the preference and pair objectives, computed by trl and sentence-transformers.

Run by hand, never by users, after bench/reference/llama.py:

    .tools/python/bin/pip install trl sentence-transformers
    .tools/python/bin/python bench/reference/preferences.py [<case>]

With a case, only that one is recorded, beside the others.

The model is packages/engine/src/parity/fixtures/models/tied, or bert where the case says so. Every loss is the library's own code: DPOTrainer._compute_loss,
KTOTrainer._compute_loss, ORPOTrainer.get_batch_loss_metrics, CPOTrainer.get_batch_loss_metrics (SimPO), RewardTrainer.compute_loss,
MultipleNegativesRankingLoss and its symmetric form, CosineSimilarityLoss. One exception: conservative DPO (sigmoid with label smoothing), which
DPOTrainer no longer has, is CPOTrainer.cpo_loss over log-ratios. The optimizer loop is this file's.

Under packages/engine/src/parity/fixtures/objectives:
  preferences.json         examples, settings, and for each case and method the first loss, the figures
                           that the library reports for it, and the 20-step curve
  start.safetensors        the adapter that LoRA runs continue (<module>.lora_A, .lora_B), and score.weight
  <case>.<method>.safetensors  gradient.<parameter> of the first batch
"""

import copy
import json
import sys
from collections import defaultdict
from pathlib import Path

import torch
from accelerate import Accelerator
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from sentence_transformers.sentence_transformer.losses import (
    CosineSimilarityLoss,
    MultipleNegativesRankingLoss,
    MultipleNegativesSymmetricRankingLoss,
)
from sentence_transformers.sentence_transformer.modules import Pooling
from transformers import (
    BertForMaskedLM,
    LlamaForCausalLM,
    LlamaForSequenceClassification,
    get_linear_schedule_with_warmup,
)
from trl import DPOTrainer, KTOTrainer, RewardTrainer
from trl.experimental.cpo import CPOTrainer
from trl.experimental.orpo import ORPOTrainer
from trl.trainer.dpo_trainer import DataCollatorForPreference as DpoCollator
from trl.trainer.kto_trainer import DataCollatorForUnpairedPreference as KtoCollator
from trl.trainer.reward_trainer import DataCollatorForPreference as RewardCollator
from trl.trainer.utils import add_fused_lm_head

SOURCE = Path(__file__).parents[2] / "packages" / "engine" / "src"
MODELS = SOURCE / "parity" / "fixtures" / "models"
MODEL = MODELS / "tied"
FIXTURES = SOURCE / "parity" / "fixtures" / "objectives"
VOCABULARY = 64
TRAINING = dict(
    batchSize=4, epochs=10, warmupSteps=2, beta1=0.9, beta2=0.999, epsilon=1e-8, weightDecay=0.01,
    maxGradientNorm=1.0, learningRateFull=4e-4, learningRateLora=1e-3, rank=2, alpha=4,
)
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
ACCELERATOR = Accelerator(cpu=True)
FUSED = ("log_probs", "entropy", "mean_logits", "is_top1")


def make_examples():
    """Seven pairs, so that every second step is a smaller one; no token is padding."""
    generator = torch.Generator().manual_seed(31)
    draw = lambda length: torch.randint(3, VOCABULARY, (length,), generator=generator).tolist()
    sizes = [(4, 6, 5), (3, 9, 2), (6, 1, 4), (2, 5, 8), (5, 3, 3), (7, 4, 1), (1, 7, 6)]
    return [
        dict(
            prompt=draw(prompt),
            chosen=draw(chosen),
            rejected=draw(rejected),
            margin=0.25 * (index % 3),
            desirable=index % 3 != 1,
        )
        for index, (prompt, chosen, rejected) in enumerate(sizes)
    ]


def bare(trainer_class, model, **attributes):
    """A trainer without its set-up: only what its loss reads."""
    trainer = trainer_class.__new__(trainer_class)
    fields = dict(
        model=model,
        accelerator=ACCELERATOR,
        aux_loss_enabled=False,
        _metrics=dict(train=defaultdict(list), eval=defaultdict(list)),
        _total_train_tokens=0,
        _tp_size=1,
        is_encoder_decoder=False,
        precompute_ref_logps=False,
    )
    for name, value in {**fields, **attributes}.items():
        setattr(trainer, name, value)
    return trainer


class Arguments(dict):
    __getattr__ = dict.__getitem__


def reference_of(model, is_lora):
    """What the trainers' set-up does: a frozen copy, or a second adapter named "ref"."""
    if not is_lora:
        add_fused_lm_head(model, outputs=FUSED)
        reference = LlamaForCausalLM.from_pretrained(MODEL)
        add_fused_lm_head(reference)
        return reference
    model.add_adapter("ref", model.peft_config["default"])
    for name, parameter in list(model.named_parameters()):
        if ".default." in name:
            model.get_parameter(name.replace(".default.", ".ref.")).data.copy_(parameter.data)
            model.get_parameter(name.replace(".default.", ".ref.")).requires_grad = False
    add_fused_lm_head(model.get_base_model(), outputs=FUSED)
    return None


def metrics_of(trainer):
    found = {key: values[-1] for key, values in trainer._metrics["train"].items()}
    names = ("rewards/", "logps/", "kl", "margin", "accuracy")
    return {key: float(value) for key, value in found.items() if key.startswith(names)}


def dpo(loss_type, label_smoothing=0.0):
    def build(model, is_lora):
        trainer = bare(
            DPOTrainer, model,
            ref_model=reference_of(model, is_lora), ld_alpha=None, f_divergence_type="reverse_kl",
            loss_types=[loss_type], loss_weights=[1.0], beta=0.1, label_smoothing=label_smoothing,
            use_weighting=False, args=Arguments(gradient_checkpointing_kwargs=None),
        )
        collate = DpoCollator(pad_token_id=0)

        def loss(batch):
            rows = [
                dict(prompt_ids=e["prompt"], chosen_ids=e["chosen"], rejected_ids=e["rejected"])
                for e in batch
            ]
            return trainer._compute_loss(model, collate(rows), False), metrics_of(trainer)

        return loss

    return build


def concatenated(batch):
    """The batch of ORPOTrainer and CPOTrainer."""
    found = {}
    for side in ("chosen", "rejected"):
        rows = [e["prompt"] + e[side] for e in batch]
        width = max(len(row) for row in rows)
        ids = torch.zeros(len(rows), width, dtype=torch.long)
        mask = torch.zeros(len(rows), width, dtype=torch.long)
        labels = torch.full((len(rows), width), -100)
        for at, (row, e) in enumerate(zip(rows, batch)):
            ids[at, : len(row)] = torch.tensor(row)
            mask[at, : len(row)] = 1
            labels[at, len(e["prompt"]) : len(row)] = torch.tensor(e[side])
        found.update({f"{side}_input_ids": ids, f"{side}_attention_mask": mask, f"{side}_labels": labels})
    return found


def smoothed_dpo(label_smoothing):
    def build(model, is_lora):
        base = copy.deepcopy(model)
        trainer = bare(
            CPOTrainer, model, alpha=0.0, beta=0.1, loss_type="sigmoid",
            label_smoothing=label_smoothing,
        )

        def sums(model, batch):
            both = CPOTrainer.concatenated_inputs(batch)
            logits = model(
                both["concatenated_input_ids"], attention_mask=both["concatenated_attention_mask"]
            ).logits
            return CPOTrainer.get_batch_logps(logits, both["concatenated_labels"]).chunk(2)

        def loss(batch):
            batch = concatenated(batch)
            chosen, rejected = sums(model, batch)
            with torch.no_grad():
                reference_chosen, reference_rejected = sums(base, batch)
            losses, *_ = trainer.cpo_loss(chosen - reference_chosen, rejected - reference_rejected)
            return losses.mean(), {}

        return loss

    return build


def orpo(model, is_lora):
    trainer = bare(ORPOTrainer, model, beta=0.1, padding_value=0)
    return lambda batch: trainer.get_batch_loss_metrics(model, concatenated(batch))


def simpo(label_smoothing):
    def build(model, is_lora):
        trainer = bare(
            CPOTrainer, model, alpha=0.0, beta=2.0, loss_type="simpo", simpo_gamma=0.5, cpo_alpha=0,
            label_smoothing=label_smoothing, pad_token_id=0,
        )
        return lambda batch: trainer.get_batch_loss_metrics(model, concatenated(batch))

    return build


def kto(model, is_lora):
    trainer = bare(
        KTOTrainer, model,
        ref_model=reference_of(model, is_lora), loss_type="kto", calculate_KL=True, beta=0.1,
        desirable_weight=1.0, undesirable_weight=1.33,
        args=Arguments(gradient_checkpointing_kwargs=None),
    )
    collate = KtoCollator(pad_token_id=0)

    def loss(batch):
        answers = [e["chosen"] if e["desirable"] else e["rejected"] for e in batch]
        mismatched = answers[-1:] + answers[:-1]
        rows = [
            dict(prompt_ids=e["prompt"], completion_ids=own, KL_completion_ids=other, label=e["desirable"])
            for e, own, other in zip(batch, answers, mismatched)
        ]
        return trainer._compute_loss(model, collate(rows), False), metrics_of(trainer)

    return loss


def reward(model, is_lora):
    trainer = bare(RewardTrainer, model, args=Arguments(center_rewards_coefficient=0.01))
    collate = RewardCollator(pad_token_id=0)

    def loss(batch):
        rows = [
            dict(
                chosen_ids=e["prompt"] + e["chosen"], rejected_ids=e["prompt"] + e["rejected"],
                margin=e["margin"],
            )
            for e in batch
        ]
        return trainer.compute_loss(model, collate(rows)), metrics_of(trainer)

    return loss


def embedding(symmetric, pooling, negatives, scored=False):
    def build(model, is_lora):
        kind = MultipleNegativesSymmetricRankingLoss if symmetric else MultipleNegativesRankingLoss
        ranking = kind(model=None)
        pool = Pooling(32, pooling_mode=pooling)
        whole = model.get_base_model() if is_lora else model
        backbone = whole.bert if hasattr(whole, "bert") else whole.model

        def embed(rows):
            width = max(len(row) for row in rows)
            ids = torch.zeros(len(rows), width, dtype=torch.long)
            mask = torch.zeros(len(rows), width, dtype=torch.long)
            for at, row in enumerate(rows):
                ids[at, : len(row)] = torch.tensor(row)
                mask[at, : len(row)] = 1
            hidden = backbone(input_ids=ids, attention_mask=mask).last_hidden_state
            return pool(dict(token_embeddings=hidden, attention_mask=mask))["sentence_embedding"]

        def loss(batch):
            if scored:
                pair = [embed([e[column] for e in batch]) for column in ("prompt", "chosen")]
                scores = torch.tensor([0.25 + e["margin"] for e in batch])
                return CosineSimilarityLoss(model=None).compute_loss_from_embeddings(pair, scores), {}
            columns = ["prompt", "chosen"] + (["rejected"] if negatives else [])
            embeddings = [embed([e[column] for e in batch]) for column in columns]
            return ranking.compute_loss_from_embeddings(embeddings, None), {}

        return loss

    return build


CASES = {
    "dpo-sigmoid": dpo("sigmoid"),
    "dpo-smoothed": smoothed_dpo(0.1),
    "dpo-ipo": dpo("ipo"),
    "dpo-hinge": dpo("hinge"),
    "dpo-robust": dpo("robust", 0.1),
    "orpo": orpo,
    "simpo": simpo(0.0),
    "simpo-smoothed": simpo(0.1),
    "kto": kto,
    "reward": reward,
    "embedding-mean": embedding(False, "mean", False),
    "embedding-symmetric": embedding(True, "mean", False),
    "embedding-negatives": embedding(False, "lasttoken", True),
    "embedding-bert": embedding(False, "mean", True),
    "embedding-bert-first": embedding(True, "cls", False),
    "embedding-scores": embedding(False, "mean", False, scored=True),
}
# Embeddings of a random model part quickly; KTO is run faster so that its estimate of the divergence leaves 0.
RATES = {
    "embedding-bert": 0.1, "embedding-bert-first": 0.1, "embedding-mean": 0.1, "embedding-symmetric": 0.1, "embedding-negatives": 0.1, "embedding-scores": 0.1, "kto": 4.0,
}
# The other cases differ from these in how the same log-probabilities are put together: a few tensors will do.
WITH_FULL_GRADIENTS = {"embedding-bert", "dpo-sigmoid", "orpo", "kto", "reward", "embedding-symmetric"}


def short(name):
    return (
        name.removeprefix("base_model.model.")
        .replace(".modules_to_save.default", "")
        .replace(".default.weight", "")
    )


def fresh(case, is_lora, start):
    if case == "reward":
        model = LlamaForSequenceClassification.from_pretrained(MODEL, num_labels=1)
        with torch.no_grad():
            model.score.weight.copy_(start["score.weight"])
    elif "bert" in case:
        model = BertForMaskedLM.from_pretrained(MODELS / "bert")
    else:
        model = LlamaForCausalLM.from_pretrained(MODEL)
    model.config.pad_token_id = 0
    model.train()
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    if not is_lora:
        return model
    adapted = get_peft_model(
        model,
        LoraConfig(
            r=TRAINING["rank"], lora_alpha=TRAINING["alpha"], target_modules=TARGETS,
            modules_to_save=["score"] if case == "reward" else None,
        ),
    )
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "lora_" in name:
                if short(name) not in start:
                    scale = 0.3 if "lora_A" in name else 0.1
                    start[short(name)] = scale * torch.randn(parameter.shape, generator=GENERATOR)
                parameter.copy_(start[short(name)])
    return adapted


def trained(model):
    return {short(n): p for n, p in model.named_parameters() if p.requires_grad and "lm_head" not in n and not n.startswith("cls.")}


def run(case, method, examples, start):
    is_lora = method == "lora"
    model = fresh(case, is_lora, start)
    loss_of = CASES[case](model, is_lora)
    parameters = trained(model)
    size = TRAINING["batchSize"]
    batches = [examples[at : at + size] for at in range(0, len(examples), size)]
    steps = len(batches) * TRAINING["epochs"]
    is_spared = lambda name: "norm" in name.lower() or name.endswith(".bias")
    decayed = [p for name, p in parameters.items() if not is_spared(name)]
    spared = [p for name, p in parameters.items() if is_spared(name)]
    optimizer = torch.optim.AdamW(
        [
            dict(params=decayed, weight_decay=TRAINING["weightDecay"]),
            dict(params=spared, weight_decay=0.0),
        ],
        lr=TRAINING["learningRateLora" if is_lora else "learningRateFull"] * RATES.get(case, 1.0),
        betas=(TRAINING["beta1"], TRAINING["beta2"]),
        eps=TRAINING["epsilon"],
    )
    schedule = get_linear_schedule_with_warmup(optimizer, TRAINING["warmupSteps"], steps)
    points, gradients = [], {}
    for step in range(steps):
        loss, figures = loss_of(batches[step % len(batches)])
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            gradients = {f"gradient.{n}": p.grad.clone().contiguous() for n, p in parameters.items()}
        norm = torch.nn.utils.clip_grad_norm_(parameters.values(), TRAINING["maxGradientNorm"])
        figures = {key: float(value) for key, value in figures.items() if not key.startswith("logits/")}
        points.append(dict(loss=loss.item(), gradientNorm=norm.item(), figures=figures))
        optimizer.step()
        schedule.step()
    if not is_lora and case not in WITH_FULL_GRADIENTS:
        gradients = {key: value for key, value in gradients.items() if any(part in key.lower() for part in ("norm", "k_proj", "key.weight"))}
    save_file(gradients, FIXTURES / f"{case}.{method}.safetensors")
    return points


GENERATOR = torch.Generator().manual_seed(32)
torch.manual_seed(33)
FIXTURES.mkdir(exist_ok=True)
only = sys.argv[1:]
if only:
    recorded = json.loads((FIXTURES / "preferences.json").read_text())
    pairs, curves = recorded["examples"], recorded["curves"]
    starts = load_file(FIXTURES / "start.safetensors")
else:
    pairs, curves = make_examples(), {}
    starts = {"score.weight": 0.3 * torch.randn(1, 32, generator=GENERATOR)}
for case in only or CASES:
    methods = ["full"] if "bert" in case else ["full", "lora"]
    curves[case] = {method: run(case, method, pairs, starts) for method in methods}
    print(case, {m: [round(p["loss"], 4) for p in (c[0], c[1], c[-1])] for m, c in curves[case].items()})
if not only:
    save_file({key: value.contiguous() for key, value in starts.items()}, FIXTURES / "start.safetensors")
recorded = dict(training=TRAINING, rates=RATES, examples=pairs, curves=curves)
(FIXTURES / "preferences.json").write_text(json.dumps(recorded) + "\n")
