"""Checks exports of the recorded tiny models against transformers in float32.

    python exports.py [name ...] [--models packages/engine/src/parity/fixtures/models] [--work <folder>]

Needs `torch transformers gguf onnx` and Node 24. Every family is exported by the one command of
docs/exports.md. ONNX: the checker of the onnx package, then its own evaluator (NumPy, none of ONNX
Runtime) over a prompt with padding on the left, whole and in two pieces through the cache. GGUF: the
gguf package reads the file; each tensor, its transform undone here, is compared with transformers'
weight; then transformers loads the GGUF file itself and its logits are compared. Prints one line a
family and exits with 1 when a difference is above its limit.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import decoders
import gguf
import numpy
import onnx
import onnx.reference
import torch
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoModelForMaskedLM

ROOT = pathlib.Path(__file__).resolve().parents[2]
DECODERS = list(decoders.MODELS)
ENCODERS = ["bert", "roberta", "distilbert", "modernbert"]
LIMITS = {"onnx-f32": 1e-4, "onnx-q8": 1e-1, "f32": 1e-5, "f16": 2e-2, "q8_0": 1e-1}


def export(model: pathlib.Path, kind: str, out: pathlib.Path, *more: str) -> pathlib.Path:
    main = ROOT / "packages/engine/src/export/main.ts"
    command = ["node", str(main), "--model", str(model), "--to", kind, "--out", str(out), *more]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{model.name}: {done.stderr.strip()}")
    return out


def relative(found: numpy.ndarray, wanted: numpy.ndarray) -> float:
    return float(numpy.abs(found - wanted).max() / numpy.abs(wanted).max())


def prompts(vocabulary: int) -> numpy.ndarray:
    return numpy.random.default_rng(1).integers(5, vocabulary, (2, 11))


def export_onnx(model: pathlib.Path, work: pathlib.Path, dtype: str) -> str:
    folder = export(model, "onnx", work / f"onnx-{dtype}", "--dtype", dtype)
    (file,) = (folder / "onnx").glob("*.onnx")
    return str(file)


def check_decoder_onnx(model: pathlib.Path, work: pathlib.Path, dtype: str) -> float:
    file = export_onnx(model, work, dtype)
    onnx.checker.check_model(file, full_check=True)
    proto = onnx.load(file)
    assert all(node.domain == "" for node in proto.graph.node), "an operator is not standard"
    evaluator = onnx.reference.ReferenceEvaluator(proto)
    reference = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32, attn_implementation="eager").eval()
    ids = prompts(reference.config.vocab_size)
    mask = numpy.ones_like(ids)
    mask[0, :3] = 0
    positions = numpy.maximum(mask.cumsum(1) - 1, 0)
    with torch.no_grad():
        wanted = reference(
            input_ids=torch.tensor(ids),
            attention_mask=torch.tensor(mask),
            position_ids=torch.tensor(positions),
        ).logits.numpy()
    past = {}
    for value in proto.graph.input:
        if value.name.startswith("past_key_values"):
            _, heads, _, size = [d.dim_value for d in value.type.tensor_type.shape.dim]
            past[value.name] = numpy.zeros((2, heads, 0, size), numpy.float32)
    names = [value.name for value in proto.graph.output]
    worst = 0.0
    for cuts in ([0, 11], [0, 6, 7, 11]):
        cache, pieces = past, []
        for start, end in zip(cuts, cuts[1:]):
            answers = evaluator.run(
                None,
                {
                    "input_ids": ids[:, start:end],
                    "attention_mask": mask[:, :end],
                    "position_ids": positions[:, start:end],
                    **cache,
                },
            )
            pieces.append(answers[0])
            cache = {
                name.replace("present", "past_key_values"): answer
                for name, answer in zip(names[1:], answers[1:])
            }
        found = numpy.concatenate(pieces, 1)
        worst = max(worst, relative(found[mask == 1], wanted[mask == 1]))
    return worst


def check_encoder_onnx(model: pathlib.Path, work: pathlib.Path, dtype: str) -> float:
    file = export_onnx(model, work, dtype)
    onnx.checker.check_model(file, full_check=True)
    evaluator = onnx.reference.ReferenceEvaluator(onnx.load(file))
    name = evaluator.output_names[0]
    kind = AutoModel if name == "last_hidden_state" else AutoModelForMaskedLM
    reference = kind.from_pretrained(model, dtype=torch.float32, attn_implementation="eager").eval()
    ids = prompts(reference.config.vocab_size)
    mask = numpy.ones_like(ids)
    mask[0, 8:] = 0
    ids[0, 8:] = reference.config.pad_token_id
    feeds = {"input_ids": ids, "attention_mask": mask}
    if "token_type_ids" in evaluator.input_names:
        feeds["token_type_ids"] = (numpy.arange(11)[None] > 4).astype(numpy.int64).repeat(2, 0)
    with torch.no_grad():
        wanted = getattr(reference(**{key: torch.tensor(value) for key, value in feeds.items()}), name)
    found = evaluator.run(None, feeds)[0]
    return relative(found[mask == 1], wanted.numpy()[mask == 1])


def undone(name: str, data: numpy.ndarray, config) -> numpy.ndarray:
    """A tensor of a GGUF file as the checkpoint has it, by convert_hf_to_gguf's own rules backwards."""
    if config.model_type in ("llama", "mistral") and (".attn_q." in name or ".attn_k." in name):
        heads = config.num_attention_heads if ".attn_q." in name else config.num_key_value_heads
        rest = data.shape[1:]
        return data.reshape(heads, data.shape[0] // heads // 2, 2, *rest).swapaxes(1, 2).reshape(data.shape)
    if config.model_type.startswith("gemma") and name.endswith("norm.weight"):
        return data - 1
    if config.model_type == "gpt2" and name.startswith("blk.") and data.ndim == 2:
        return data.T
    return data


def within_llama_cpp(model: pathlib.Path, work: pathlib.Path) -> pathlib.Path:
    """The model, or a copy of it in the form that llama.cpp fixes for its family."""
    config = json.loads((model / "config.json").read_text())
    if config["model_type"] == "gemma3_text":
        config["layer_types"] = ["sliding_attention"] * config["num_hidden_layers"]
        config["rope_parameters"]["sliding_attention"]["rope_theta"] = 10000.0
        config["query_pre_attn_scalar"] = config["head_dim"]
    elif config.get("use_sliding_window"):
        config["use_sliding_window"] = False
        config["layer_types"] = ["full_attention"] * config["num_hidden_layers"]
    elif config["model_type"] == "mistral":
        config["sliding_window"] = None
    copy = work / model.name
    copy.mkdir(parents=True, exist_ok=True)
    shutil.copy(model / "model.safetensors", copy)
    (copy / "config.json").write_text(json.dumps(config))
    return copy


def architecture_of(reader: gguf.GGUFReader) -> gguf.MODEL_ARCH:
    """What the file says that it is, as the gguf package numbers it."""
    name = reader.fields["general.architecture"].contents()
    return next(number for number, known in gguf.MODEL_ARCH_NAMES.items() if known == name)


def check_gguf(model: pathlib.Path, work: pathlib.Path) -> dict[str, float]:
    source = within_llama_cpp(model, work)
    config = AutoConfig.from_pretrained(source)
    reference = AutoModelForCausalLM.from_pretrained(
        source, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    ids = torch.tensor(prompts(config.vocab_size))
    with torch.no_grad():
        wanted = reference(ids).logits.numpy()
    answers = {}
    for dtype in ("f32", "f16", "q8_0"):
        folder = export(source, "gguf", work / f"gguf-{dtype}", "--dtype", dtype)
        (file,) = folder.glob("*.gguf")
        reader = gguf.GGUFReader(file)
        names = gguf.get_tensor_name_map(architecture_of(reader), config.num_hidden_layers)
        state = {
            names.get_name(key, try_suffixes=(".weight", ".bias")): value.numpy()
            for key, value in reference.state_dict().items()
        }
        worst = 0.0
        for tensor in reader.tensors:
            if tensor.name == "rope_freqs.weight":
                continue
            data = gguf.dequantize(tensor.data, tensor.tensor_type)
            worst = max(worst, relative(undone(tensor.name, data, config), state[tensor.name]))
        answers[f"{dtype} weights"] = worst
        try:
            loaded = AutoModelForCausalLM.from_pretrained(
                folder, gguf_file=file.name, config=config, dtype=torch.float32, attn_implementation="eager"
            ).eval()
        except NotImplementedError as error:
            print(f"  transformers cannot load {file.name}: {error}")
            continue
        with torch.no_grad():
            answers[f"{dtype} logits"] = relative(loaded(ids).logits.numpy(), wanted)
    return answers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=DECODERS + ENCODERS)
    parser.add_argument("--models", type=pathlib.Path, default=ROOT / "packages/engine/src/parity/fixtures/models")
    options = parser.parse_args()
    failed = False
    for name in options.names:
        model = options.models / name
        with tempfile.TemporaryDirectory() as folder:
            work = pathlib.Path(folder)
            if name in ENCODERS:
                answers = {f"onnx-{d}": check_encoder_onnx(model, work, d) for d in ("f32", "q8")}
            else:
                answers = {f"onnx-{d}": check_decoder_onnx(model, work, d) for d in ("f32", "q8")}
                answers |= check_gguf(model, work)
        failed |= any(value > LIMITS[key.split()[0]] for key, value in answers.items())
        print(name, "  ".join(f"{key} {value:.1e}" for key, value in answers.items()), flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
