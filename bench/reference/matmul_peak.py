"""Prints as JSON what PyTorch reaches in the products that bench/engine/matmul-peak.ts measures, in GFLOP/s.

    .tools/python/bin/python bench/reference/matmul_peak.py --threads <n>
"""

import argparse
import json
import time

import torch

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=2)
torch.set_num_threads(parser.parse_args().threads)

size, runs = 1024, 12
a, b = torch.randn(size, size), torch.randn(size, size)
forms = {"plain": lambda: a @ b, "transposed": lambda: a.t() @ b}
found = {}
for name, product in forms.items():
    seconds = []
    for _ in range(runs):
        begun = time.perf_counter()
        product()
        seconds.append(time.perf_counter() - begun)
    found[name] = 2 * size**3 / min(seconds) / 1e9
print(json.dumps(found))
