"""Writes what transformers computes of tiny models when one field of config.json is another.

Run by hand, never by users:

    .tools/python/bin/python bench/reference/config_fields.py

The models are the recorded ones (decoders.py and encoders.py say how they were made). Every field that a
configuration class of transformers has, every older name that the classes still read, and fields that they
do not read at all are changed one by one; the weights stay as they are. Beside them
packages/engine/src/families/fixtures/config-fields.safetensors has the logits (of encoders the last
hidden states) at two places of one prompt, each kept once, and config-fields.json has

  fields   the fields of each model type's class
  generation  the fields of GenerationConfig
  tokens   the prompt
  places   where of it the vectors are
  cases    model, change (null: the field is null; "<gone>": it is left out), head (what was done to the
           file's own head, or how the weights are stored), and vectors (their name) or error, where transformers does not load the folder
           or leaves a weight out
"""

import dataclasses
import json
import logging
import shutil
import tempfile
import warnings
from pathlib import Path

import decoders
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModel, AutoModelForCausalLM, CONFIG_MAPPING, GenerationConfig
from transformers.utils import logging as transformers_logging

ENGINE = Path(__file__).parents[2] / "packages" / "engine" / "src"
MODELS = ENGINE / "parity" / "fixtures" / "models"
OUT = ENGINE / "families" / "fixtures"
DECODERS = list(decoders.MODELS)
ENCODERS = ["bert", "roberta", "distilbert", "modernbert"]
GONE = "<gone>"
PLACES = [4, 23]
TOKENS = torch.randint(3, 64, (24,), generator=torch.Generator().manual_seed(7)).tolist()

LLAMA3 = dict(
    rope_type="llama3", factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
    original_max_position_embeddings=16,
)
YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16)
LONG = dict(rope_type="longrope", short_factor=[1.0] * 4, long_factor=[2.0] * 4)
ROPES = [
    None, {}, dict(type="linear", factor=3.0), dict(rope_type="linear", factor=3.0),
    dict(rope_type="default", type="linear", factor=3.0), dict(rope_type="linear"),
    dict(rope_type="linear", factor=3.0, rope_theta=70.0), LLAMA3, {**LLAMA3, "rope_theta": 70.0},
    {key: value for key, value in LLAMA3.items() if key != "original_max_position_embeddings"},
    {**LLAMA3, "rope_theta": 70.0, "extra": 1},
    dict(rope_theta=70.0), dict(rope_type="default", rope_theta=70.0), YARN,
    dict(rope_type="dynamic", factor=2.0), LONG, dict(type="su", **{k: v for k, v in LONG.items() if k != "rope_type"}),
    dict(rope_type="mrope", mrope_section=[1, 1, 2]), dict(rope_type=None),
    dict(rope_type="default", partial_rotary_factor=0.5, rope_theta=70.0),
    dict(rope_type="linear", factor=3.0, partial_rotary_factor=0.5),
    dict(rope_type="linear", factor=3.0, attention_factor=2.0),
    dict(full_attention=dict(rope_type="linear", factor=3.0, rope_theta=70.0)),
    dict(
        full_attention=dict(rope_type="default", rope_theta=70.0),
        sliding_attention=dict(rope_type="linear", factor=3.0, rope_theta=90.0),
    ),
    dict(full_attention=None, sliding_attention=dict(rope_type="default", rope_theta=90.0)),
]
NORMAL = [
    ("transformers_version", ["4.30.0", GONE]),
    ("architectures", [["Other"], GONE]),
    ("output_hidden_states", [True]),
    ("output_attentions", [True]),
    ("return_dict", [True]),
    ("dtype", ["float16", "bfloat16", GONE]),
    ("torch_dtype", ["float16"]),
    ("chunk_size_feed_forward", [4]),
    ("is_encoder_decoder", [True]),
    ("id2label", [{"0": "a", "1": "b", "2": "c"}]),
    ("label2id", [{"a": 0, "b": 1}]),
    ("num_labels", [7]),
    ("problem_type", ["regression"]),
    ("is_decoder", [True]),
    ("add_cross_attention", [True]),
    ("cross_attention_hidden_size", [16]),
    ("initializer_range", [0.5, GONE]),
    ("use_cache", [False, GONE]),
    ("pad_token_id", [5, None, GONE]),
    ("bos_token_id", [5, None, GONE]),
    ("eos_token_id", [5, [5, 6], None, GONE]),
    ("sep_token_id", [5]),
    ("cls_token_id", [5]),
    ("per_layer_config", [{"1": {"attention_dropout": 0.0}}]),
    ("tie_last_hidden_states", [True]),
    ("pruned_heads", [{"0": [0]}]),
    ("tie_encoder_decoder", [True]),
    ("torchscript", [True]),
    ("temperature", [0.1]),
    ("repetition_penalty", [3.0]),
    ("suppress_tokens", [[5, 6]]),
    ("attn_implementation", ["sdpa"]),
    ("_attn_implementation", ["sdpa"]),
    ("auto_map", [{"AutoModelForCausalLM": "code.Model"}]),
    ("text_config", [{"hidden_size": 16}]),
    ("embedding_multiplier", [3.0]),
    ("residual_multiplier", [3.0]),
    ("attention_multiplier", [3.0]),
    ("logits_scaling", [3.0]),
    ("scale_embedding", [True]),
    ("vocab_size", [65, 60]),
    ("max_position_embeddings", [4096, 30]),
]
ROTARY = [
    ("hidden_size", [16, 40]),
    ("intermediate_size", [40]),
    ("num_hidden_layers", [1, 3]),
    ("num_attention_heads", [2, 3]),
    ("num_key_value_heads", [1, 4, 3, None, GONE]),
    ("head_dim", [4, 16, None, GONE]),
    ("hidden_act", ["gelu", "relu", "gelu_pytorch_tanh", "gelu_new", "swish", "quick_gelu", GONE]),
    ("hidden_activation", ["gelu", "silu", None]),
    ("rms_norm_eps", [0.1, GONE]),
    ("layer_norm_eps", [0.1]),
    ("norm_eps", [0.1]),
    ("tie_word_embeddings", [True, False, GONE]),
    ("rope_theta", [70.0]),
    ("rope_parameters", [GONE, *ROPES]),
    ("rope_scaling", ROPES),
    ("rope_local_base_freq", [70.0]),
    ("partial_rotary_factor", [0.5]),
    ("rotary_pct", [0.5]),
    ("original_max_position_embeddings", [16]),
    ("attention_bias", [True, False, GONE]),
    ("qkv_bias", [False]),
    ("mlp_bias", [True, False, GONE]),
    ("attention_dropout", [0.5]),
    ("resid_pdrop", [0.5]),
    ("embd_pdrop", [0.5]),
    ("pretraining_tp", [2]),
    ("sliding_window", [3, 5, None, 0, GONE]),
    ("use_sliding_window", [True, False, GONE]),
    ("max_window_layers", [0, 2, GONE]),
    (
        "layer_types",
        [
            None, GONE, ["full_attention"] * 3, ["full_attention"] * 2, ["sliding_attention"] * 2,
            ["sliding_attention"] * 3, ["full_attention", "sliding_attention"],
            ["sliding_attention", "full_attention", "full_attention"], ["chunked_attention"] * 3,
            ["full_attention"],
        ],
    ),
    ("sliding_window_pattern", [1, 2, None]),
    ("_sliding_window_pattern", [2]),
    ("query_pre_attn_scalar", [7, GONE]),
    ("final_logit_softcapping", [2.0]),
    ("attn_logit_softcapping", [2.0]),
    ("use_bidirectional_attention", [True]),
    ("attention_chunk_size", [4]),
    ("use_qk_norm", [True, False]),
    ("qk_layernorm", [True]),
    ("no_rope_layers", [[0, 0, 0]]),
    ("attention_scaling", [2.0]),
]
GPT2 = [
    ("n_embd", [16]),
    ("hidden_size", [16]),
    ("n_positions", [4096, 30]),
    ("n_ctx", [30]),
    ("n_layer", [1, 3]),
    ("num_hidden_layers", [1]),
    ("n_head", [2, 8, 3]),
    ("num_attention_heads", [2]),
    ("n_inner", [100, 128]),
    ("activation_function", ["gelu", "relu", "gelu_pytorch_tanh", "silu", "gelu_fast", GONE]),
    ("hidden_act", ["relu"]),
    ("layer_norm_epsilon", [0.1, GONE]),
    ("resid_pdrop", [0.5]),
    ("embd_pdrop", [0.5]),
    ("attn_pdrop", [0.5]),
    ("scale_attn_weights", [False]),
    ("scale_attn_by_inverse_layer_idx", [True]),
    ("reorder_and_upcast_attn", [True]),
    ("tie_word_embeddings", [False, GONE]),
    ("summary_type", ["mean"]),
    ("summary_use_proj", [False]),
    ("summary_activation", ["tanh"]),
    ("summary_proj_to_labels", [False]),
    ("summary_first_dropout", [0.5]),
    ("rope_parameters", [dict(rope_type="linear", factor=3.0)]),
    ("rope_scaling", [dict(rope_type="linear", factor=3.0)]),
]
ENCODER = [
    ("hidden_size", [16]),
    ("dim", [16]),
    ("hidden_dim", [40]),
    ("n_layers", [1]),
    ("n_heads", [2]),
    ("intermediate_size", [40]),
    ("num_hidden_layers", [1, 3]),
    ("num_attention_heads", [2, 8]),
    ("hidden_act", ["relu", "gelu_new", "silu"]),
    ("activation", ["relu"]),
    ("hidden_activation", ["relu"]),
    ("hidden_dropout_prob", [0.5]),
    ("attention_probs_dropout_prob", [0.5]),
    ("dropout", [0.5]),
    ("attention_dropout", [0.5]),
    ("qa_dropout", [0.5]),
    ("seq_classif_dropout", [0.5]),
    ("embedding_dropout", [0.5]),
    ("mlp_dropout", [0.5]),
    ("classifier_dropout", [0.5]),
    ("type_vocab_size", [1, 3, 0]),
    ("layer_norm_eps", [0.1, GONE]),
    ("norm_eps", [0.1]),
    ("position_embedding_type", ["relative_key", "absolute"]),
    ("sinusoidal_pos_embds", [True]),
    ("tie_word_embeddings", [False]),
    ("norm_bias", [True]),
    ("attention_bias", [True]),
    ("mlp_bias", [True]),
    ("decoder_bias", [False]),
    ("classifier_bias", [True]),
    ("classifier_pooling", ["cls", "mean"]),
    ("classifier_activation", ["relu"]),
    ("deterministic_flash_attn", [True]),
    ("sparse_prediction", [True]),
    ("sparse_pred_ignore_index", [-1]),
    ("reference_compile", [False]),
    ("initializer_cutoff_factor", [1.0]),
    ("local_attention", [4, 10, 5]),
    ("sliding_window", [3]),
    ("global_attn_every_n_layers", [1, 2]),
    ("global_rope_theta", [70.0]),
    ("local_rope_theta", [70.0]),
    ("rope_theta", [70.0]),
    ("rope_parameters", [GONE, *ROPES]),
    ("rope_scaling", [ROPES[3], LLAMA3, YARN]),
    ("layer_types", [None, ["full_attention"] * 3, ["sliding_attention"] * 3, ["full_attention"] * 2, ["other"] * 3]),
]
# Two fields at once where one hides the other.
PAIRS = [
    ("tied", dict(rope_theta=70.0, rope_parameters=GONE)),
    ("tied", dict(rope_theta=70.0, rope_parameters=GONE, rope_scaling=dict(type="linear", factor=3.0))),
    ("tied", dict(rope_theta=70.0, rope_parameters=GONE, rope_scaling=LLAMA3)),
    ("llama3-rope", dict(rope_scaling=dict(type="linear", factor=3.0), rope_theta=70.0)),
    ("gemma3", dict(rope_parameters=GONE, rope_theta=70.0, rope_local_base_freq=90.0)),
    ("gemma3", dict(rope_parameters=GONE, rope_scaling=dict(rope_type="linear", factor=3.0))),
    ("gemma3", dict(rope_parameters=GONE, layer_types=GONE, sliding_window_pattern=2)),
    ("gemma3", dict(rope_parameters=GONE, layer_types=GONE, _sliding_window_pattern=2)),
    ("modernbert", dict(rope_parameters=GONE, global_rope_theta=70.0, local_rope_theta=90.0)),
    ("modernbert", dict(layer_types=GONE, global_attn_every_n_layers=2)),
    ("modernbert", dict(layer_types=GONE, global_attn_every_n_layers=1)),
    ("phi3", dict(rope_parameters=GONE, rope_theta=70.0, partial_rotary_factor=0.5)),
    ("phi3", dict(rope_parameters=GONE, rope_scaling=LONG, original_max_position_embeddings=16)),
    ("qwen2", dict(layer_types=GONE, max_window_layers=0)),
    ("qwen2", dict(layer_types=GONE, use_sliding_window=False)),
    ("qwen2", dict(layer_types=GONE, max_window_layers=0, sliding_window=3)),
    ("qwen2", dict(layer_types=GONE, sliding_window=None)),
    ("qwen3", dict(layer_types=GONE, use_sliding_window=True, sliding_window=4, max_window_layers=1)),
    ("qwen3", dict(use_sliding_window=True, sliding_window=4, layer_types=["sliding_attention", "full_attention"])),
    ("qwen3", dict(use_sliding_window=False, sliding_window=4, layer_types=["sliding_attention", "full_attention"])),
    ("mistral", dict(layer_types=["full_attention", "sliding_attention"], sliding_window=3)),
    ("mistral", dict(sliding_window=3, use_sliding_window=False)),
    ("gpt2", dict(n_embd=GONE, hidden_size=32)),
    ("gpt2", dict(n_layer=GONE, num_hidden_layers=2)),
    ("gpt2", dict(n_head=GONE, num_attention_heads=4)),
    ("distilbert", dict(dim=GONE, hidden_size=32)),
    ("distilbert", dict(n_layers=GONE, num_hidden_layers=2)),
    ("distilbert", dict(n_heads=GONE, num_attention_heads=4)),
    ("tied", dict(quantization_config=dict(quant_method="gptq", bits=4))),
    ("tied", dict(model_type="gemma3")),
    ("tied", dict(model_type="mistral", sliding_window=3)),
    ("tied", dict(model_type="mistral", sliding_window=GONE)),
]
# What the file holds of the head -> whether config.json says that it is tied.
HEADS = [
    ("tied", "copied"), ("tied", "reversed"), ("gpt2", "reversed"), ("gpt2", "copied"), ("gemma3", "reversed"),
    ("untied", "copied"), ("untied", "gone"), ("qwen2", "reversed"),
]


# Other ways in which the same weights are stored.
FILES = [
    ("tied", "F16"), ("qwen2", "BF16"), ("gemma3", "BF16"), ("untied", "sharded"), ("gpt2", "bare"), ("bert", "bare"),
    ("roberta", "bare"), ("distilbert", "bare"), ("modernbert", "bare"), ("bert", "gamma"), ("bert", "output"),
]
PREFIXES = dict(gpt2="transformer.", bert="bert.", roberta="roberta.", distilbert="distilbert.", modernbert="model.")
OUTPUTS = dict(bert="cls.predictions.decoder.weight")


def flips():
    for name in DECODERS + ENCODERS:
        own = GPT2 if name == "gpt2" else ROTARY if name in DECODERS else ENCODER
        # The third Llama differs from the others in how it rotates.
        fields = [one for one in own if "rope" in one[0]] if name == "llama3-rope" else NORMAL * (name != "tied") + own
        for field, values in fields:
            rotates = name not in ["bert", "roberta", "distilbert"] or field not in ("rope_parameters", "rope_scaling", "layer_types")
            for value in values if rotates else [None]:
                # What is left out is beyond the tiny vocabulary in these classes.
                if field != "pad_token_id" or value != GONE or name not in ("phi3", "modernbert"):
                    yield name, {field: value}, None
    for name, change in PAIRS:
        yield name, change, None
    for name, head in HEADS + FILES:
        yield name, {}, head


def build(folder, name, change, head):
    config = json.loads((MODELS / name / "config.json").read_text())
    for field, value in change.items():
        if value == GONE:
            config.pop(field, None)
        else:
            config[field] = value
    (folder / "config.json").write_text(json.dumps(config))
    source = MODELS / name / "model.safetensors"
    if head is None:
        shutil.copy(source, folder)
        return
    tensors = load_file(source)
    if head in ("F16", "BF16"):
        kind = torch.float16 if head == "F16" else torch.bfloat16
        tensors = {key: value.to(kind) for key, value in tensors.items()}
    if head == "bare":
        tensors = {key.removeprefix(PREFIXES[name]): value for key, value in tensors.items()}
    if head == "gamma":
        old = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
        for new, name_of_old in old.items():
            tensors = {key.replace(new, name_of_old): value for key, value in tensors.items()}
    if head == "output":
        words = next(value for key, value in tensors.items() if "word_embeddings" in key)
        tensors[OUTPUTS[name]] = words.flip(0).clone()
    if head == "sharded":
        names = sorted(tensors)
        halves = [names[::2], names[1::2]]
        files = [f"model-0000{at + 1}-of-00002.safetensors" for at in range(2)]
        for file, half in zip(files, halves):
            save_file({key: tensors[key] for key in half}, folder / file, metadata={"format": "pt"})
        index = dict(metadata={}, weight_map={key: file for file, half in zip(files, halves) for key in half})
        (folder / "model.safetensors.index.json").write_text(json.dumps(index))
        return
    if head not in ("copied", "reversed", "gone"):
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        return
    words = next(value for key, value in tensors.items() if key.endswith(("embed_tokens.weight", "wte.weight")))
    tensors.pop("lm_head.weight", None)
    if head != "gone":
        tensors["lm_head.weight"] = (words.flip(0) if head == "reversed" else words).clone()
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def answer(folder, name):
    kind = AutoModelForCausalLM if name in DECODERS else AutoModel
    model, found = kind.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    lost = sorted(found["missing_keys"] | found["unexpected_keys"] | {key for key, *_ in found["mismatched_keys"]})
    heads = ("cls.", "lm_head.", "head.", "decoder.", "vocab_", "pooler.", "bert.pooler", "roberta.pooler")
    if name in ENCODERS:
        lost = [key for key in lost if not key.startswith(heads)]
    if lost:
        raise ValueError(f"leaves weights out: {lost[0]}")
    model.eval()
    with torch.no_grad():
        types = torch.tensor([[int(at >= len(TOKENS) / 2) for at in range(len(TOKENS))]])
        several = name == "bert" and model.config.type_vocab_size > 1
        output = model(input_ids=torch.tensor([TOKENS]), **(dict(token_type_ids=types) if several else {}))
    vectors = output[0] if isinstance(output, tuple) else output.logits if name in DECODERS else output.last_hidden_state
    return vectors[0, PLACES].float()


def fields(name):
    config = json.loads((MODELS / name / "config.json").read_text())
    kind = CONFIG_MAPPING[config["model_type"]]
    return config["model_type"], sorted(field.name for field in dataclasses.fields(kind))


def main():
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    vectors, names, cases = {}, {}, []
    for name, change, head in flips():
        case = dict(model=name, change=change)
        if head is not None:
            case["head"] = head
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            build(folder, name, change, head)
            try:
                found = answer(folder, name).contiguous()
                key = found.numpy().tobytes()
                case["vectors"] = names.setdefault(key, str(len(names)))
                vectors[case["vectors"]] = found
            except Exception as error:
                case["error"] = f"{type(error).__name__}: {error}".replace(place, "").split("\n")[0][:120]
        cases.append(case)
    OUT.mkdir(parents=True, exist_ok=True)
    save_file(vectors, OUT / "config-fields.safetensors")
    rows = ",\n".join(json.dumps(case) for case in cases)
    known = json.dumps(dict(map(fields, DECODERS + ENCODERS)))
    (OUT / "config-fields.json").write_text(
        f'{{"fields": {known},\n"generation": {json.dumps(sorted(vars(GenerationConfig())))},\n"tokens": {json.dumps(TOKENS)},\n"places": {json.dumps(PLACES)},\n"cases": [\n{rows}\n]}}\n'
    )


main()
