"""Verdicts of the Berkeley Function Calling Leaderboard's own checker, for packages/scoring to be compared with.

Run by hand, never by users:

    .tools/python/bin/pip download --no-deps bfcl-eval==2026.3.23 -d <folder>     # and unpack the wheel there
    .tools/python/bin/python bench/reference/bfcl_calls.py <folder> packages/scoring/src/fixtures

Functions, possible answers and calls are made by seed, calls by changing right ones.
"""

import json
import random
import sys
import types
from pathlib import Path

folder, out = map(Path, sys.argv[1:3])
sys.path.insert(0, str(folder))
# The table of models says how names are escaped for them; here they are not.
config = types.ModuleType("bfcl_eval.constants.model_config")
config.MODEL_CONFIG_MAPPING = {"m": types.SimpleNamespace(underscore_to_dot=False)}
sys.modules["bfcl_eval.constants.model_config"] = config
from bfcl_eval.constants.enums import Language  # noqa: E402
from bfcl_eval.eval_checker.ast_eval.ast_checker import ast_checker  # noqa: E402

rng = random.Random(12)
WORDS = ["New York, NY", "new-york ny", "San Francisco", "it's", "it\"s", "km/h", "KMH", "a_b*c^2", "", "é"]
SIMPLE = ["string", "integer", "float", "boolean"]


def simple(kind):
    return {
        "string": lambda: rng.choice(WORDS[:-2]),
        "any": lambda: rng.choice(WORDS[:-2]),
        "integer": lambda: rng.choice([0, 1, 5, -3]),
        "float": lambda: rng.choice([0.5, 1.0, 5, -2.25]),
        "boolean": lambda: rng.random() < 0.5,
    }[kind]()


def parameter():
    kind = rng.choice([*SIMPLE, *SIMPLE, "any", "array", "array", "tuple", "dict", "dicts"])
    if kind == "dict":
        keys = rng.sample(["a", "b", "c"], 2)
        answers = [{key: [simple("string"), *([""] if rng.random() < 0.3 else [])] for key in keys}]
        return {"type": "dict", "properties": {}}, answers, lambda: {key: rng.choice(answers[0][key]) for key in keys}
    if kind == "dicts":
        answers = [[{"a": [simple("integer")]} for _ in range(rng.randint(1, 2))]]
        return {"type": "array", "items": {"type": "dict"}}, answers, lambda: [{"a": each["a"][0]} for each in answers[0]]
    if kind in ("array", "tuple"):
        item = rng.choice(SIMPLE)
        answers = [[simple(item) for _ in range(rng.randint(0, 3))] for _ in range(rng.randint(1, 2))]
        return {"type": kind, "items": {"type": item}}, answers, lambda: list(rng.choice(answers))
    answers = [simple(kind) for _ in range(rng.randint(1, 3))]
    if rng.random() < 0.15:
        answers = ["variable_name"]
    return {"type": kind}, answers, lambda: rng.choice(answers)


def spoil(value):
    """Nearly the same value."""
    options = [value, value, value, None, "x", 1, 1.0, True, [value], {"a": value}]
    if isinstance(value, str):
        options += [value.upper(), value.replace(" ", ""), value + "s"]
    if isinstance(value, bool):
        options += [int(value), not value]
    elif isinstance(value, (int, float)):
        options += [float(value), value + 1]
    if isinstance(value, list):
        options += [value[:-1], value[::-1], [str(item) for item in value], [*value, 7]]
    if isinstance(value, dict):
        options += [{**value, "z": 1}, {}]
    return rng.choice(options)


def call():
    name = rng.choice(["math.area", "find", "get_all"])
    names = rng.sample(["x", "y", "unit", "places"], rng.randint(1, 4))
    made = {each: parameter() for each in names}
    required = [each for each in names if rng.random() < 0.6]
    answers = {each: list(made[each][1]) for each in names}
    for each in names:
        if each not in required and rng.random() < 0.7:
            answers[each].append("")
    told = {each: made[each][2]() for each in names if each in required or rng.random() < 0.6}
    function = {"name": name, "parameters": {"type": "dict", "properties": {each: made[each][0] for each in names}, "required": required}}
    return function, {name: answers}, {name: told}


def case():
    made = [call() for _ in range(rng.choice([1, 1, 1, 2]))]
    if len({one[0]["name"] for one in made}) < len(made):
        made = made[:1]
    given = [json.loads(json.dumps(told)) for _, _, told in made]
    roll = rng.random()
    if roll < 0.5:
        told = next(iter(rng.choice(given).values()))
        if told:
            key = rng.choice(list(told))
            told[key] = spoil(told[key])
    elif roll < 0.6:
        next(iter(given[0].values())).pop(next(iter(next(iter(given[0].values()))), None), None)
    elif roll < 0.65:
        next(iter(given[0].values()))["more"] = 1
    elif roll < 0.7:
        given = [{"other": next(iter(one.values()))} for one in given]
    rng.shuffle(given)
    functions, answers = [one[0] for one in made], [one[1] for one in made]
    kind = "simple" if len(made) == 1 else "parallel"
    try:
        verdict = ast_checker(functions, given, answers, Language.PYTHON, kind, "m")
    except Exception:
        # The checker itself stumbles over some types; what it would say is not known.
        return None
    calls = [{"name": name, "arguments": json.dumps(told)} for one in given for name, told in one.items()]
    return {"functions": functions, "possible": json.dumps(answers), "given": calls, "right": verdict["valid"]}


if __name__ == "__main__":
    cases = []
    while len(cases) < 200:
        made = case()
        if made is not None:
            cases.append(made)
    (out / "bfcl.json").write_text(json.dumps(cases, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(len(cases), sum(one["right"] for one in cases))
