"""Records how PyTorch's optimizers (and transformers' Adafactor and schedules) move two parameters.

Run by hand, never by users:

    .tools/python/bin/python bench/reference/optimizers.py
"""

import json
from pathlib import Path

import torch
from transformers import Adafactor, get_scheduler

OUT = Path(__file__).parents[2] / "packages" / "engine" / "src" / "optim" / "fixtures" / "recorded.json"
STEPS = 6
CLIP = 1.0


class Lion(torch.optim.Optimizer):
    """The update of Chen et al. 2023, algorithm 2."""

    def __init__(self, params, lr, betas, weight_decay):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            first, second = group["betas"]
            for p in group["params"]:
                state = self.state[p]
                m = state.setdefault("m", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(group["lr"] * torch.sign(first * m + (1 - first) * p.grad))
                m.mul_(second).add_((1 - second) * p.grad)


OPTIMIZERS = {
    "adamw": (
        dict(type="adamw", beta1=0.9, beta2=0.99, epsilon=1e-6, weightDecay=0.1),
        lambda ps: torch.optim.AdamW(ps, lr=0.05, betas=(0.9, 0.99), eps=1e-6, weight_decay=0.1),
    ),
    "sgd": (
        dict(type="sgd", momentum=0.9, nesterov=False, weightDecay=0.1),
        lambda ps: torch.optim.SGD(ps, lr=0.05, momentum=0.9, weight_decay=0.1),
    ),
    "sgd without momentum": (
        dict(type="sgd", momentum=0.0, nesterov=False, weightDecay=0.0),
        lambda ps: torch.optim.SGD(ps, lr=0.05),
    ),
    "nesterov": (
        dict(type="sgd", momentum=0.8, nesterov=True, weightDecay=0.0),
        lambda ps: torch.optim.SGD(ps, lr=0.05, momentum=0.8, nesterov=True),
    ),
    "lion": (
        dict(type="lion", beta1=0.9, beta2=0.99, weightDecay=0.1),
        lambda ps: Lion(ps, 0.05, (0.9, 0.99), 0.1),
    ),
    "adafactor": (
        dict(type="adafactor", weightDecay=0.1),
        lambda ps: Adafactor(
            ps, lr=0.05, scale_parameter=False, relative_step=False, warmup_init=False, weight_decay=0.1
        ),
    ),
}


def trajectory(make):
    generator = torch.Generator().manual_seed(5)
    matrix = torch.nn.Parameter(torch.randn(3, 4, generator=generator))
    vector = torch.nn.Parameter(torch.randn(3, generator=generator))
    optimizer = make([matrix, vector])
    record = dict(start=[matrix.flatten().tolist(), vector.tolist()], gradients=[], weights=[])
    for step in range(STEPS):
        size = 0.02 if step == 2 else 1.0
        matrix.grad = size * torch.randn(3, 4, generator=generator)
        vector.grad = size * torch.randn(3, generator=generator)
        record["gradients"].append([matrix.grad.flatten().tolist(), vector.grad.tolist()])
        torch.nn.utils.clip_grad_norm_([matrix, vector], CLIP)
        optimizer.step()
        record["weights"].append([matrix.flatten().tolist(), vector.tolist()])
    return record


def schedule(name, **options):
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=1.0)
    scheduler = get_scheduler(name, optimizer, num_warmup_steps=3, num_training_steps=20, scheduler_specific_kwargs=options)
    factors = []
    for _ in range(20):
        factors.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return factors


OUT.parent.mkdir(exist_ok=True)
OUT.write_text(
    json.dumps(
        dict(
            learningRate=0.05,
            clip=CLIP,
            optimizers={
                name: dict(settings=settings, **trajectory(make))
                for name, (settings, make) in OPTIMIZERS.items()
            },
            schedules=dict(
                constant=schedule("constant_with_warmup"),
                linear=schedule("linear"),
                cosine=schedule("cosine"),
                cosineWithMinimum=schedule("cosine_with_min_lr", min_lr_rate=0.1),
                wsd=schedule("warmup_stable_decay", num_decay_steps=5, decay_type="linear", min_lr_ratio=0.1),
            ),
        )
    )
    + "\n"
)
