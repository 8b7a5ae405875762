"""Writes what peft computes with an adapter when one key of adapter_config.json is another.

Run by hand, never by users:

    .tools/python/bin/python bench/reference/adapters.py

The models are two of the recorded ones (decoders.py). packages/engine/src/peft/fixtures/adapters.safetensors
has, by model, one LoRA adapter on every linear layer of the blocks and virtual tokens of a prompt and of a prefix,
all at random; a case takes the layers that it names out of it, and the tokens. adapters.json has

  keys    of each of peft's classes its keys
  usual   adapter_config.json by model and kind
  tokens  the prompt
  cases   model, kind (LORA, PROMPT_TUNING, PREFIX_TUNING), change of the usual adapter_config.json, layers (those
          that the file holds), and vectors (name of the log-probabilities after the prompt) or error
"""

import dataclasses
import json
import logging
import os
import tempfile
import warnings
from pathlib import Path

import torch
from peft import IA3Config, LoraConfig, PeftModel, PrefixTuningConfig, PromptTuningConfig, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM
from transformers.utils import logging as transformers_logging

ENGINE = Path(__file__).parents[2] / "packages" / "engine" / "src"
MODELS = ENGINE / "parity" / "fixtures" / "models"
OUT = ENGINE / "peft" / "fixtures"
TOKENS = torch.randint(3, 64, (11,), generator=torch.Generator().manual_seed(8)).tolist()
RANK, VIRTUAL = 2, 3
TARGETS = {"tied": ["q_proj", "down_proj"], "gpt2": ["c_attn", "mlp.c_proj"]}
WIDTHS = {"tied": (32, 2 * 2 * 2 * 8), "gpt2": (32, 2 * 2 * 4 * 8)}

# Values of each key of LoraConfig, other than the usual one.
LORA = dict(
    task_type=[None, "FEATURE_EXTRACTION"],
    auto_mapping=[{"base_model_class": "LlamaForCausalLM", "parent_library": "transformers"}],
    peft_version=["0.5.0", None],
    base_model_name_or_path=["other", None],
    revision=["main"],
    inference_mode=[False],
    r=[4],
    target_modules=[
        ["q_proj"], ["q_proj", "down_proj", "gone_proj"], ["q_proj", "k_proj", "down_proj"],
        ["self_attn.q_proj", "down_proj"], ["_proj"], ["model.layers.0.self_attn.q_proj", "down_proj"], "all-linear", [],
        None, "q_proj",
    ],
    exclude_modules=[["q_proj"], ".*q_proj", []],
    lora_alpha=[8, 1, 2.5],
    lora_dropout=[0.5],
    fan_in_fan_out=[True, False],
    bias=["all", "lora_only"],
    use_rslora=[True],
    modules_to_save=[["lm_head"], []],
    init_lora_weights=[
        False, "gaussian", "Gaussian", "eva", "orthogonal", "olora", "pissa", "pissa_niter_4", "corda", "loftq", "lora_ga",
        "mica", "other",
    ],
    layers_to_transform=[[0], 0, []],
    layers_pattern=["layers", []],
    rank_pattern=[{"down_proj": 4}, {}],
    alpha_pattern=[{"down_proj": 16}, {}],
    megatron_config=[{"tensor_model_parallel_size": 1}],
    megatron_core=["other.core", None],
    trainable_token_indices=[[3], {"embed_tokens": [3]}],
    loftq_config=[{"loftq_bits": 4, "loftq_iter": 1}, None],
    eva_config=[{"rho": 2.0}],
    corda_config=[{"corda_method": "kpm"}],
    lora_ga_config=[{"direction": "ArBr"}],
    use_dora=[True],
    velora_config=[{"init_type": "random"}],
    alora_invocation_tokens=[[4, 5]],
    use_qalora=[True],
    qalora_group_size=[8],
    monteclora_config=[{"num_samples": 4}],
    layer_replication=[[[0, 2], [1, 2]]],
    runtime_config=[{"ephemeral_gpu_offload": False}],
    lora_bias=[True],
    target_parameters=[["mlp.down_proj.weight"]],
    use_bdlora=[{"nblocks": 2}],
    arrow_config=[{"top_k": 1}],
    kasa_config=[{"beta": 0.1}],
    ensure_weight_tying=[True],
    peft_type=["LOHA", None],
    future_key=[3, None, False, {}, "no"],
)
# target_modules as a regular expression: in place of peft's choice of layers, those that it makes are recorded.
EXPRESSIONS = [
    r".*q_proj", r".*\.q_proj", r"model\.layers\.0\..*(q|k)_proj", r"^model\.layers\.[01]\.self_attn\.[qkv]_proj$",
    r".*layers\.(?:0|1)\.mlp\.(?:up|down)_proj", r"(?!.*mlp).*_proj", r"model\.layers\.\d+\.self_attn\.(?=q|v)\w_proj",
    r".*layers\.[^0]\.self_attn\.o_proj", r"\Amodel.*up_proj\Z", r"(?P<stem>.*)\.v_proj", r".*(?<=self_attn\.)q_proj",
    r"(?i).*Q_PROJ", r"(?i:.*Q)_proj", r".*\.[a-z]_proj", r".*\.[^\W\d]_proj", r".*_attn\.\S+", r".*mlp\.\D{2}_proj",
    r".*mlp\..{2,4}_proj", r".*mlp\..{,2}_proj", r".*mlp\.\w{4,}_proj", r".*mlp\.\w{4}?_proj", r".*?q_proj", r".*+_proj",
    r"(?>.*)q_proj", r"(.)odel.*(\1)lp.*up_proj", r"(?x) .* q_proj  # a comment", r"(?#all).*q_proj", r"model|.*q_proj",
    r".*k_proj|.*v_proj", r"q_proj", r".*q_pro", r"self_attn.q_proj", r".*[]k]_proj", r".*[q-]_proj", r".*[\w.]q_proj",
    r".*\x71_proj", r".*\u0071_proj", r".*\161_proj", r".*\bq_proj\b", r".*\Bq_proj", r".*(q_proj", r".*{q}_proj", r".*[q_proj",
    r".*\q_proj", r".*\_proj", r".*[[:alpha:]]_proj", r".*self_attn", r".*embed_tokens", r".*(lm_head|q_proj)", r"",
    r".*layers\.(0|1)\.(self_attn|mlp)\.(q|k|v|o|gate|up|down)_proj", r".*\.(?s:.)_proj", r".*[&&q]_proj", r".*[a-z--q]_proj",
    r"(.*)(?(1)q_proj|k_proj)", r".*\N{LATIN SMALL LETTER Q}_proj", r".*q_proj\n?", r".*q_proj$", r"a**", r".*[z-a]_proj",
]
GPT2 = [
    ("target_modules", r".*c_attn"), ("target_modules", r"transformer\.h\.\d\.mlp\.c_(fc|proj)"), ("target_modules", "all-linear"),
    ("fan_in_fan_out", True), ("fan_in_fan_out", False), ("use_rslora", True),
]
VIRTUAL_KEYS = dict(
    task_type=[None],
    auto_mapping=[{"base_model_class": "LlamaForCausalLM"}],
    peft_version=["0.5.0"],
    base_model_name_or_path=["other", None],
    revision=["main"],
    inference_mode=[False],
    num_virtual_tokens=[2, 4, 0],
    token_dim=[16],
    num_transformer_submodules=[2, None],
    num_attention_heads=[8],
    num_layers=[1],
    modules_to_save=[["lm_head"]],
    future_key=[3, None, False, {}],
)
PROMPT_KEYS = dict(
    VIRTUAL_KEYS, prompt_tuning_init=["SAMPLE_VOCAB"], prompt_tuning_init_text=["hello"],
    tokenizer_name_or_path=["other"], tokenizer_kwargs=[None],
)
PREFIX_KEYS = dict(VIRTUAL_KEYS, encoder_hidden_size=[8], prefix_projection=[True], init_weights=[True, False, "x"])


def load(name):
    return AutoModelForCausalLM.from_pretrained(MODELS / name, dtype=torch.float32, attn_implementation="eager").eval()


def usual(name, kind):
    base = dict(base_model_name_or_path="base", inference_mode=True, peft_type=kind, task_type="CAUSAL_LM", revision=None)
    if kind == "LORA":
        return {
            **base, "r": RANK, "lora_alpha": 4, "lora_dropout": 0.0, "bias": "none", "init_lora_weights": True,
            "target_modules": TARGETS[name], "fan_in_fan_out": name == "gpt2",
        }
    config = PromptTuningConfig if kind == "PROMPT_TUNING" else PrefixTuningConfig
    made = get_peft_model(load(name), config(task_type="CAUSAL_LM", num_virtual_tokens=VIRTUAL)).peft_config["default"]
    with tempfile.TemporaryDirectory() as folder:
        made.inference_mode = True
        made.save_pretrained(folder)
        return {**json.loads((Path(folder) / "adapter_config.json").read_text()), **base}


def short(key):
    return key.removeprefix("base_model.model.").replace(".default.weight", "")


def matched(name, targets):
    """The layers that peft puts an adapter on."""
    made = get_peft_model(load(name), LoraConfig(r=RANK, target_modules=targets, fan_in_fan_out=name == "gpt2"))
    return sorted({short(key).removesuffix(".lora_A") for key, _ in made.named_parameters() if ".lora_A." in key})


def whole(name, generator):
    tensors = {}
    for layer in matched(name, "all-linear"):
        module = load(name).get_submodule(layer)
        out, into = module.weight.shape if name != "gpt2" else reversed(module.weight.shape)
        tensors[f"{layer}.lora_A"] = 0.3 * torch.randn(RANK, into, generator=generator)
        tensors[f"{layer}.lora_B"] = 0.3 * torch.randn(out, RANK, generator=generator)
    width, deep = WIDTHS[name]
    tensors["PROMPT_TUNING"] = torch.randn(VIRTUAL, width, generator=generator)
    tensors["PREFIX_TUNING"] = torch.randn(VIRTUAL, deep, generator=generator)
    return tensors


def answer(name, kind, config, layers, tensors):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "adapter_config.json").write_text(json.dumps(config))
        if kind == "LORA":
            held = {
                f"base_model.model.{layer}.{half}.weight": tensors[f"{layer}.{half}"].clone()
                for layer in layers for half in ("lora_A", "lora_B")
            }
        else:
            held = {"prompt_embeddings": tensors[kind].clone()}
        save_file(held, folder / "adapter_model.safetensors")
        model = PeftModel.from_pretrained(load(name), folder)
        model.eval()
        torch.manual_seed(3)
        with torch.no_grad():
            output = model(input_ids=torch.tensor([TOKENS]), attention_mask=torch.ones(1, len(TOKENS), dtype=torch.long))
        # What peft made anew, or left in the file, is part of no adapter.
        own = {short(key) for key, _ in model.named_parameters() if ".lora_" in key}
        given = {key.removeprefix("base_model.model.").removesuffix(".weight") for key in held}
        if kind == "LORA" and own != given:
            raise ValueError(f"tensors differ: {sorted(own ^ given)[0]}")
        logits = output.logits if hasattr(output, "logits") else model.base_model.model.lm_head(output.last_hidden_state)
        return torch.log_softmax(logits[0, -1].float(), -1)


def flips():
    every = {layer for layer in matched("tied", "all-linear")}
    plain = matched("tied", TARGETS["tied"])
    yield "tied", "LORA", {}, plain
    for key, values in LORA.items():
        for value in values:
            yield "tied", "LORA", {key: value}, sorted(every) if value == "all-linear" else plain
    for expression in EXPRESSIONS:
        try:
            layers = [layer for layer in matched("tied", expression) if layer in every]
        except Exception:
            layers = plain
        yield "tied", "LORA", dict(target_modules=expression), layers
    yield "gpt2", "LORA", {}, matched("gpt2", TARGETS["gpt2"])
    for key, value in GPT2:
        targets = value if key == "target_modules" else TARGETS["gpt2"]
        yield "gpt2", "LORA", {key: value}, matched("gpt2", targets)
    for name in ["tied", "gpt2"]:
        yield name, "PROMPT_TUNING", {}, []
        yield name, "PREFIX_TUNING", {}, []
    for kind, keys in [("PROMPT_TUNING", PROMPT_KEYS), ("PREFIX_TUNING", PREFIX_KEYS)]:
        for key, values in keys.items():
            for value in values:
                yield "tied", kind, {key: value}, []


def main():
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    os.environ["HF_HUB_OFFLINE"] = "1"
    generator = torch.Generator().manual_seed(31)
    tensors = {name: whole(name, generator) for name in TARGETS}
    vectors, names, cases = {}, {}, []
    for name, kind, change, layers in flips():
        case = dict(model=name, kind=kind, change=change, layers=layers)
        try:
            found = answer(name, kind, {**usual(name, kind), **change}, layers, tensors[name]).contiguous()
            key = found.numpy().tobytes()
            case["vectors"] = names.setdefault(key, f"vectors.{len(names)}")
            vectors[case["vectors"]] = found
        except Exception as error:
            case["error"] = f"{type(error).__name__}: {error}".split("\n")[0][:100]
        cases.append(case)
    held = {f"{name}.{key}": value for name, own in tensors.items() for key, value in own.items()}
    save_file({**held, **vectors}, OUT / "adapters.safetensors")
    classes = [LoraConfig, IA3Config, PromptTuningConfig, PrefixTuningConfig]
    known = {one.__name__: sorted(field.name for field in dataclasses.fields(one)) for one in classes}
    base = {kind: usual("tied", kind) for kind in ["LORA", "PROMPT_TUNING", "PREFIX_TUNING"]}
    bases = {"tied": base, "gpt2": {kind: usual("gpt2", kind) for kind in base}}
    rows = ",\n".join(json.dumps(case) for case in cases)
    (OUT / "adapters.json").write_text(
        f'{{"keys": {json.dumps(known)},\n"usual": {json.dumps(bases)},\n"tokens": {json.dumps(TOKENS)},\n"cases": [\n{rows}\n]}}\n'
    )


main()
