"""The curve of a whole run with PyTorch's AdamW and transformers' linear schedule, as recordings have it."""

import torch
from transformers import get_linear_schedule_with_warmup


def adamw(model, training, learning_rate, is_spared):
    """AdamW whose decay leaves out the parameters that `is_spared` says, by their names."""
    decayed, spared = [], []
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            (spared if is_spared(name) else decayed).append(parameter)
    return torch.optim.AdamW(
        [
            dict(params=decayed, weight_decay=training["weightDecay"]),
            dict(params=spared, weight_decay=0.0),
        ],
        lr=learning_rate,
        betas=(training["beta1"], training["beta2"]),
        eps=training["epsilon"],
    )


def run_curve(model, optimizer, training, examples, loss_of):
    """The losses, gradient norms and learning rates of a whole run; the examples stay in order."""
    size = training["batchSize"]
    batches = [examples[at : at + size] for at in range(0, len(examples), size)]
    steps = len(batches) * training["epochs"]
    schedule = get_linear_schedule_with_warmup(optimizer, training["warmupSteps"], steps)
    points = []
    for step in range(steps):
        loss = loss_of(batches[step % len(batches)])
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(
            [p for p in model.parameters() if p.requires_grad], training["maxGradientNorm"]
        )
        points.append(
            dict(loss=loss.item(), gradientNorm=norm.item(), learningRate=schedule.get_last_lr()[0])
        )
        optimizer.step()
        schedule.step()
    return points
