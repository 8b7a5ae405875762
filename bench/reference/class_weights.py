"""Class weights: torch's CrossEntropyLoss with a weight of each label, and scikit-learn's balanced weights.

    .tools/python/bin/python bench/reference/class_weights.py

Writes packages/engine/src/objectives/fixtures/class-weights.json.
"""

import json
from pathlib import Path

import numpy as np
import torch
from sklearn.utils.class_weight import compute_class_weight

torch.manual_seed(7)
losses = []
for rows, labels, smoothing in [(9, 4, 0.0), (9, 4, 0.1), (1, 3, 0.0), (16, 2, 0.25), (5, 7, 0.05)]:
    logits = (3 * torch.randn(rows, labels, dtype=torch.float64)).requires_grad_()
    targets = torch.randint(labels, (rows,))
    weights = torch.rand(labels, dtype=torch.float64) * 4 + 0.1
    loss = torch.nn.CrossEntropyLoss(weight=weights, label_smoothing=smoothing)(logits, targets)
    loss.backward()
    losses.append({
        "logits": logits.tolist(), "labels": targets.tolist(), "weights": weights.tolist(),
        "smoothing": smoothing, "loss": loss.item(), "gradient": logits.grad.tolist(),
    })

balanced = []
rng = np.random.default_rng(3)
for share in [[0.5, 0.5], [0.9, 0.1], [0.7, 0.2, 0.1], [0.97, 0.01, 0.01, 0.01]]:
    drawn = rng.choice(len(share), size=200, p=share)
    classes = np.unique(drawn)
    weights = compute_class_weight("balanced", classes=classes, y=drawn)
    balanced.append({
        "counts": np.bincount(drawn, minlength=len(share)).tolist(),
        "weights": {str(label): weight for label, weight in zip(classes.tolist(), weights.tolist())},
    })

out = Path(__file__).resolve().parents[2] / "packages/engine/src/objectives/fixtures/class-weights.json"
out.parent.mkdir(exist_ok=True)
out.write_text(json.dumps({"losses": losses, "balanced": balanced}) + "\n")
print(len(losses), len(balanced))
