"""Writes what lm-evaluation-harness reads of tasks and documents, and how it judges answers.

    .tools/python/bin/pip install lm_eval==0.4.13
    .tools/python/bin/python bench/reference/lm_eval_tasks.py > services/gateway/fixtures/lm-eval-tasks.json

The tasks are the harness's own files, found in the installed package; their documents are made up in the form of their datasets.
A case has the YAML of the task, its documents, of each the text, the target and the choices, and of answers the value of each metric.
"""

import json
import logging
import tempfile
from pathlib import Path

import lm_eval
import yaml
from lm_eval.api.instance import Instance
from lm_eval.api.task import ConfigurableTask

logging.disable(logging.CRITICAL)
tasks = Path(lm_eval.__file__).parent / "tasks"

science = [
    {
        "id": "1",
        "question": "Which is a planet?",
        "choices": {"text": ["the \"Sun\"", "Mars", "it's Moon"], "label": ["A", "B", "C"]},
        "answerKey": "B",
    },
    {
        "id": "2",
        "question": "Water boils at",
        "choices": {"text": ["100 C", "0 C", "50 C", "10 C"], "label": ["1", "2", "3", "4"]},
        "answerKey": "1",
    },
]
cases = {
    "arc/arc_easy.yaml": (science, []),
    "sciq/sciq.yaml": (
        [
            {
                "support": "  Plants make sugar. ",
                "question": "What do plants make?",
                "distractor1": "salt",
                "distractor2": "sand",
                "distractor3": "iron",
                "correct_answer": "sugar",
            }
        ],
        [],
    ),
    "super_glue/boolq/default.yaml": (
        [
            {"passage": "Cats sleep a lot.", "question": "do cats sleep", "label": 1, "idx": 0},
            {"passage": "Fish swim.", "question": "do fish fly", "label": 0, "idx": 1},
        ],
        [],
    ),
    "openbookqa/openbookqa.yaml": (
        [
            {
                "question_stem": "The sun is a",
                "choices": {"text": ["star", "stone"], "label": ["A", "B"]},
                "answerKey": " A",
            }
        ],
        [],
    ),
    "gsm8k/gsm8k.yaml": (
        [
            {"question": "2 + 2?", "answer": "It is four.\n#### 4"},
            {"question": "A million?", "answer": "#### 1,000,000"},
        ],
        [
            "It is 4.\n#### 4",
            "#### 1000000",
            "the answer is 1,000,000.",
            "$4 Question: 5 #### 5",
            "nothing",
            "#### 4.\n",
            "-4",
        ],
    ),
    "triviaqa/default.yaml": (
        [
            {"question": "Who wrote Hamlet", "answer": {"aliases": ["Shakespeare", "W. Shakespeare"]}},
            {"question": "Largest city's nickname", "answer": {"aliases": ["Big Apple", "It's NY"]}},
        ],
        [" shakespeare", "Shakespeare, of course", "big apple!", "Its NY.", "W. Shakespeare", "\nBig Apple"],
    ),
    "nq_open/nq_open.yaml": (
        [{"question": "who sang it", "answer": ["The Band", "Dylan"]}],
        ["Band", "the Band", "a Dylan\nQ:", "The The Band", "Bandit"],
    ),
}

# No file of the harness's: blocks and line ends, which its Jinja keeps, and lists that a template makes.
blocks = """task: blocks
output_type: generate_until
description: "Read:\\n{{ hint }}\\n"
doc_to_text: "  {% if hint %}\\n{{ hint | upper }}\\n  {%- endif %}\\n{% for each in words %}{{ loop.index }} {{ each }}\\n{% endfor %}\\n"
doc_to_target: "{{ words | map('upper') | list }}"
filter_list:
  - name: low
    filter:
      - function: lowercase
      - function: take_first
  - name: first
    filter:
      - function: regex
        regex_pattern: "(\\\\w+)-(\\\\w+)?"
        group_select: -1
        fallback: none
      - function: take_first
"""
cases["made/blocks.yaml"] = (
    [{"hint": "it's", "words": ["one", "none"]}, {"hint": "", "words": ["\u00e9"]}],
    ["ONE", "one", "a-ONE", "NONE-b c-", "x", "\u00c9"],
)


def judged(task, doc, answer):
    """The metrics of an answer, by filter, as lm_eval.evaluator has them: until, filters, metrics."""
    for stop in task.config.generation_kwargs.get("until") or []:
        answer = answer.split(stop)[0] if stop else answer
    values = {}
    for chain in task._filters:
        instance = Instance("generate_until", doc, ("", {}), 0)
        instance.resps = [answer]
        chain.apply([instance])
        results = task.process_results(doc, [instance.filtered_resps[chain.name]])
        values[chain.name] = {name: float(value) for name, value in results.items()}
    return values


written = []
for name, (docs, answers) in cases.items():
    text = blocks if name == "made/blocks.yaml" else (tasks / name).read_text()
    config = yaml.safe_load(text)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "docs.jsonl"
        path.write_text("".join(json.dumps(doc) + "\n" for doc in docs))
        split = {"test": str(path)}
        for key in ("dataset_name", "training_split", "validation_split", "fewshot_split", "num_fewshot"):
            config.pop(key, None)
        config |= {
            "dataset_path": "json",
            "dataset_kwargs": {"data_files": split, "cache_dir": folder},
            "test_split": "test",
        }
        task = ConfigurableTask(config=config)
        read = []
        for doc in task.test_docs():
            read.append(
                {
                    "text": (task.resolve_field(doc, task.config.description) or "") + task.doc_to_text(doc),
                    "target": task.doc_to_target(doc),
                    "choices": task.doc_to_choice(doc) if task.config.doc_to_choice is not None else None,
                    "judged": [{"answer": answer, "values": judged(task, doc, answer)} for answer in answers],
                }
            )
    written.append({"task": name, "yaml": text, "documents": docs, "read": read})
print(json.dumps(written, indent=1))
