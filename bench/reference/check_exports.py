"""Loads what bench/adapter-parity.ts exported into transformers and peft, and compares the scores.

    python check_exports.py <folder>

<folder>/cases.json lists the cases; each names its folders, its texts and a safetensors file with Lathe's scores
`scores.<text>` [rows, width]. Writes <folder>/found.json: for each case the largest difference of a score, relative to
the largest score, for the adapter on its base and for the merged folder, which sentence-transformers reads too where it
embeds; or an error, `unasked` where peft has the same with an adapter of its own.
"""

import json
import sys
import warnings
from pathlib import Path

import torch
import transformers
from peft import PeftConfig, PeftModel, get_peft_model
from safetensors.torch import load_file

AUTO = {
    "causal-lm": "AutoModelForCausalLM",
    "sequence-classification": "AutoModelForSequenceClassification",
    "token-classification": "AutoModelForTokenClassification",
    "question-answering": "AutoModelForQuestionAnswering",
    "masked-lm": "AutoModelForMaskedLM",
    "feature-extraction": "AutoModel",
}
PEFT_CLASSES = {
    "causal-lm": "PeftModelForCausalLM",
    "sequence-classification": "PeftModelForSequenceClassification",
    "token-classification": "PeftModelForTokenClassification",
    "question-answering": "PeftModelForQuestionAnswering",
    "masked-lm": "PeftModel",
    "feature-extraction": "PeftModelForFeatureExtraction",
}


def load(folder, case, **options):
    """The model through the Auto class of the task, in float32, with what it missed in the files."""
    auto = getattr(transformers, AUTO[case["task"]])
    return auto.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True, **options
    )


def scores(model, text):
    inputs = {"input_ids": torch.tensor([text["tokens"]])}
    inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
    if text["types"] is not None:
        inputs["token_type_ids"] = torch.tensor([text["types"]])
    with torch.no_grad():
        output = model(**inputs)
    if hasattr(output, "start_logits"):
        found = torch.stack([output.start_logits[0], output.end_logits[0]], dim=-1)
    elif hasattr(output, "logits"):
        found = output.logits[0]
    else:
        found = output.last_hidden_state[0]
    return found.reshape(-1, found.shape[-1])


def give_tokenizer(folder):
    """The tiny models of the tests have no tokenizer, without which sentence-transformers opens no folder."""
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    if not (Path(folder) / "tokenizer.json").exists():
        words = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
        PreTrainedTokenizerFast(tokenizer_object=words, pad_token="[UNK]").save_pretrained(folder)


def sentence_distance(case, wanted):
    """What sentence-transformers makes of an embedding model's folder, beside its hidden states pooled and of length 1."""
    from sentence_transformers import SentenceTransformer

    give_tokenizer(case["merged"])
    model = SentenceTransformer(case["merged"], device="cpu", model_kwargs={"attn_implementation": "eager"})
    model.eval()
    worst = 0.0
    for index, text in enumerate(case["texts"]):
        states = wanted[f"scores.{index}"]
        pooled = {"mean": states.mean(0), "first": states[0], "last": states[-1]}[case["pooling"]]
        inputs = {"input_ids": torch.tensor([text["tokens"]])}
        inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
        if text["types"] is not None:
            inputs["token_type_ids"] = torch.tensor([text["types"]])
        with torch.no_grad():
            found = model(inputs)["sentence_embedding"][0]
        worst = max(worst, (found - torch.nn.functional.normalize(pooled, dim=0)).abs().max().item())
    return worst


def distance(model, case, wanted):
    model.eval()
    worst = 0.0
    for index, text in enumerate(case["texts"]):
        expected = wanted[f"scores.{index}"]
        # Prompt tuning makes peft answer for its virtual tokens too.
        found = scores(model, text)[-expected.shape[0] :]
        if found.shape != expected.shape:
            raise ValueError(f"shape {list(found.shape)}, not {list(expected.shape)}")
        worst = max(worst, ((found - expected).abs().max() / expected.abs().max()).item())
    return worst


def check_merged(case, wanted):
    model, loading = load(case["merged"], case)
    # An embedding model leaves BERT's pooler alone, and its base may have come without one.
    missing = [key for key in sorted(loading["missing_keys"]) if not key.startswith("pooler.")]
    if missing:
        raise ValueError(f"the merged folder lacks {missing}")
    named = model.config.architectures[0]
    # Only some classes of a family have names; the head of Gemma 3 is one class for text and images.
    if case["task"] != "causal-lm" and type(model).__name__ != named:
        raise ValueError(f"config.json names {named}, transformers loads {type(model).__name__}")
    if case["labelNames"] is not None:
        if [model.config.id2label[index] for index in range(len(case["labelNames"]))] != case["labelNames"]:
            raise ValueError(f"id2label is {model.config.id2label}")
    worst = distance(model, case, wanted)
    return worst if case["pooling"] is None else max(worst, sentence_distance(case, wanted))


def check_adapter(case, wanted):
    options = {} if case["labels"] is None else {"num_labels": case["labels"]}
    base, _ = load(case["base"], case, **options)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = PeftModel.from_pretrained(base, case["adapter"])
    lost = [str(warning.message) for warning in caught if "missing adapter keys" in str(warning.message)]
    if lost:
        raise ValueError(lost[0][:300])
    if type(model).__name__ != PEFT_CLASSES[case["task"]]:
        raise ValueError(f"peft makes it a {type(model).__name__}")
    # peft's class for questions forgets token_type_ids on the way to the model inside.
    return distance(model.base_model if case["task"] == "question-answering" else model, case, wanted)


def told(error):
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def fails_alone(case):
    """Why peft cannot ask an adapter of this kind that it made itself on the same base; None where it can."""
    options = {} if case["labels"] is None else {"num_labels": case["labels"]}
    base, _ = load(case["base"], case, **options)
    try:
        scores(get_peft_model(base, PeftConfig.from_pretrained(case["adapter"])).eval(), case["texts"][0])
    except Exception as error:
        return told(error)
    return None


def attempt(check, case, wanted):
    try:
        return {"distance": check(case, wanted)}
    except Exception as error:
        reason = told(error)
        if check is check_adapter and fails_alone(case) == reason:
            return {"unasked": reason}
        return {"error": reason}


def main():
    transformers.logging.set_verbosity_error()
    torch.manual_seed(0)
    folder = Path(sys.argv[1])
    found = []
    for case in json.loads((folder / "cases.json").read_text()):
        wanted = load_file(case["scores"])
        found.append(
            {
                "adapter": None if case["adapter"] is None else attempt(check_adapter, case, wanted),
                "merged": None if case["merged"] is None else attempt(check_merged, case, wanted),
            }
        )
    import peft
    import sentence_transformers

    versions = {
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "peft": peft.__version__,
        "sentence-transformers": sentence_transformers.__version__,
    }
    (folder / "found.json").write_text(json.dumps({"versions": versions, "found": found}))


if __name__ == "__main__":
    main()
