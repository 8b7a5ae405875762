"""Writes an eval as the export script of Langfuse's guide does: OpenAI's answers, dumped by its own Python client.

    python bench/reference/openai_export.py > services/gateway/fixtures/openai-evals.json

The eval is the guide's example (langfuse.com/resources/engineering/migrate-from-openai-evals); the objects have the fields
of OpenAI's API reference.
"""

import json

from openai._models import construct_type
from openai.types import EvalListResponse
from openai.types.evals import RunListResponse
from openai.types.evals.runs import OutputItemListResponse

item_schema = {
    "type": "object",
    "properties": {"question": {"type": "string"}, "must_mention": {"type": "string"}},
    "required": ["question", "must_mention"],
}
judge = [
    {"type": "message", "role": "system", "content": "Rate the answer from 1 to 7."},
    {
        "type": "message",
        "role": "user",
        "content": {
            "type": "input_text",
            "text": "Question: {{item.question}}\nAnswer: {{sample.output_text}}",
        },
    },
]
evaluation = {
    "object": "eval",
    "id": "eval_abc123",
    "name": "support-agent-regression",
    "created_at": 1739314509,
    "metadata": {},
    "data_source_config": {
        "type": "custom",
        "schema": {
            "type": "object",
            "properties": {"item": item_schema, "sample": {"type": "object"}},
            "required": ["item", "sample"],
        },
    },
    "testing_criteria": [
        {
            "id": "mentions_required_phrase-9b876f24",
            "type": "string_check",
            "name": "mentions_required_phrase",
            "input": "{{sample.output_text}}",
            "reference": "{{item.must_mention}}",
            "operation": "ilike",
        },
        {
            "id": "helpfulness-4762",
            "type": "score_model",
            "name": "helpfulness",
            "model": "gpt-4.1",
            "input": judge,
            "range": [1, 7],
            "pass_threshold": 5,
            "sampling_params": None,
        },
        {"type": "python", "name": "code", "source": "def grade(sample, item):\n    return 1.0"},
    ],
}
rows = [
    {"question": "Where is my parcel?", "must_mention": "tracking"},
    {"question": "Can I get my money back?", "must_mention": "refund"},
]
answers = ["Here is your tracking link.", "I am sorry to hear that."]


def run(id, model, counts):
    passed, failed = counts
    return {
        "object": "eval.run",
        "id": id,
        "eval_id": evaluation["id"],
        "name": f"{model} baseline",
        "model": model,
        "status": "completed",
        "created_at": 1739314600,
        "error": None,
        "metadata": {},
        "report_url": "https://example.com/report",
        "result_counts": {"total": 2, "passed": passed, "failed": failed, "errored": 0},
        "per_model_usage": [],
        "per_testing_criteria_results": [],
        "data_source": {
            "type": "completions",
            "model": model,
            "input_messages": {
                "type": "template",
                "template": [
                    {"role": "developer", "content": "You are a polite support agent for Acme."},
                    {"role": "user", "content": "{{item.question}}"},
                ],
            },
            "sampling_params": {"temperature": 0.5, "max_completion_tokens": 64},
            "source": {"type": "file_id", "id": "file-abc123"},
        },
    }


def output(run_id, at):
    passes = rows[at]["must_mention"] in answers[at]
    return {
        "object": "eval.run.output_item",
        "id": f"outputitem_{at}",
        "created_at": 1739314601,
        "run_id": run_id,
        "eval_id": evaluation["id"],
        "status": "pass" if passes else "fail",
        "datasource_item_id": at,
        "datasource_item": rows[at],
        "results": [
            {"name": "mentions_required_phrase", "type": "string_check", "passed": passes, "score": float(passes)}
        ],
        "sample": {
            "input": [{"role": "user", "content": rows[at]["question"]}],
            "output": [{"role": "assistant", "content": answers[at]}],
            "finish_reason": "stop",
            "model": "gpt-4.1",
            "usage": {"total_tokens": 30, "completion_tokens": 8, "prompt_tokens": 22, "cached_tokens": 0},
            "error": None,
            "temperature": 0.5,
            "max_completion_tokens": 64,
            "top_p": 1.0,
            "seed": 1,
        },
    }


def dumped(type_, value):
    return construct_type(value=value, type_=type_).model_dump()


def exported(runs, items):
    """What the script writes of one eval."""
    done, kept = [], {}
    for each in runs:
        dumps = [dumped(OutputItemListResponse, output(each["id"], at)) for at in items]
        done.append({"run": dumped(RunListResponse, each), "output_items": dumps})
        for row in rows + [item["datasource_item"] for item in dumps]:
            kept.setdefault(json.dumps(row, sort_keys=True), row)
    return {"eval": dumped(EvalListResponse, evaluation), "rows": list(kept.values()), "runs": done}


asking = [run("evalrun_2", "gpt-4.1", (1, 1)), run("evalrun_1", "gpt-4o-mini", (0, 2))]
judging = run("evalrun_3", "gpt-4.1", (1, 1))
judging["data_source"] = {"type": "jsonl", "source": {"type": "file_id", "id": "file-abc123"}}
print(
    json.dumps(
        {"asking": exported(asking, [0, 1]), "judging": exported([judging], [0, 1])},
        indent=1,
        default=str,
    )
)
