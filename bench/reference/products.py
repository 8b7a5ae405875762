"""Prints as JSON what PyTorch or the system's OpenBLAS reaches in the products that bench/kernels/main.ts names on standard
input, in GFLOP/s; null where there is no OpenBLAS.

    .tools/python/bin/python bench/reference/products.py --threads <n> [--library torch|openblas]
"""

import argparse
import ctypes
import json
import sys
import time

import torch

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--library", choices=["torch", "openblas"], default="torch")
arguments = parser.parse_args()
threads = arguments.threads
torch.set_num_threads(threads)

# As bench/kernels/lathe-run.ts measures.
operations_of_run, most_products, fewest_runs, measured = 2e8, 32, 4, 0.15
now = time.process_time if threads == 1 else time.perf_counter


class OpenBlas:
    def __init__(self):
        self.library = ctypes.CDLL("libopenblas.so.0")
        self.library.openblas_set_num_threads(threads)
        flag, size, scale, place = ctypes.c_int, ctypes.c_int, ctypes.c_float, ctypes.c_void_p
        sides = [place, size, place, size]
        self.library.cblas_sgemm.argtypes = [flag] * 3 + [size] * 3 + [scale, *sides, scale, place, size]

    def multiply(self, a, b, place):
        by_rows, as_it_lies, transposed = 101, 111, 112
        (rows, depth), columns = a.shape, b.shape[1]
        flags = [as_it_lies if side.is_contiguous() else transposed for side in (a, b)]
        strides = [max(side.stride()) for side in (a, b)]
        sides = [a.data_ptr(), strides[0], b.data_ptr(), strides[1]]
        self.library.cblas_sgemm(by_rows, *flags, rows, columns, depth, 1, *sides, 0, place.data_ptr(), columns)


def multiplier():
    if arguments.library == "torch":
        return lambda a, b, place: torch.mm(a, b, out=place)
    multiply, (a, b) = OpenBlas().multiply, (torch.rand(3, 5), torch.rand(4, 5).t())
    multiply(a, b, place := torch.empty(3, 4))
    torch.testing.assert_close(place, a @ b)
    return multiply


def rate(multiply, form, rows, depth, columns):
    a = torch.rand(depth, rows).t() if form == "Aᵀ·B" else torch.rand(rows, depth)
    b = torch.rand(columns, depth).t() if form == "A·Bᵀ" else torch.rand(depth, columns)
    operations = 2 * rows * depth * columns
    count = min(most_products, max(1, round(operations_of_run / operations)))
    places = [torch.empty(rows, columns) for _ in range(count)]
    taken, begun = [], now()
    while len(taken) < fewest_runs or now() - begun < measured:
        started = now()
        for place in places:
            multiply(a, b, place)
        taken.append(now() - started)
    return count * operations / sorted(taken)[len(taken) // 2] / 1e9


try:
    multiply = multiplier()
except OSError:
    print("null")
else:
    print(json.dumps([rate(multiply, **product) for product in json.load(sys.stdin)]))
