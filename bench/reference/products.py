"""Prints as JSON what PyTorch reaches in the products that bench/kernels/main.ts names on standard input, in GFLOP/s.

    .tools/python/bin/python bench/reference/products.py --threads <n>
"""

import argparse
import json
import sys
import time

import torch

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=1)
threads = parser.parse_args().threads
torch.set_num_threads(threads)

# As bench/kernels/lathe-run.ts measures.
operations_of_run, most_products, fewest_runs, measured = 2e8, 32, 4, 0.15
now = time.process_time if threads == 1 else time.perf_counter


def rate(form, rows, depth, columns):
    a = torch.rand(depth, rows).t() if form == "Aᵀ·B" else torch.rand(rows, depth)
    b = torch.rand(columns, depth).t() if form == "A·Bᵀ" else torch.rand(depth, columns)
    operations = 2 * rows * depth * columns
    count = min(most_products, max(1, round(operations_of_run / operations)))
    places = [torch.empty(rows, columns) for _ in range(count)]
    taken, begun = [], now()
    while len(taken) < fewest_runs or now() - begun < measured:
        started = now()
        for place in places:
            torch.mm(a, b, out=place)
        taken.append(now() - started)
    return count * operations / sorted(taken)[len(taken) // 2] / 1e9


print(json.dumps([rate(**product) for product in json.load(sys.stdin)]))
