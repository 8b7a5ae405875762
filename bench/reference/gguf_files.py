"""Writes the reference vectors of GGUF files, computed by ggml's own Python package and transformers.

Run by hand, never by users:

    .tools/python/bin/pip install torch transformers gguf
    .tools/python/bin/python bench/reference/gguf_files.py quantised
    .tools/python/bin/python bench/reference/gguf_files.py tiny
    .tools/python/bin/python bench/reference/gguf_files.py smollm2 <SmolLM2-135M-Instruct.Q4_1.gguf>

quantised  gguf/fixtures/quantised.safetensors: `<type>.bytes`, random blocks of every type, and
           `<type>.numbers`, what gguf.dequantize makes of them
tiny       import/fixtures/tiny-k-quants.gguf: a random llama with a tokenizer, its matrices in K-quants and
           legacy types, and tiny-k-quants.json: log-probabilities of what follows some texts
smollm2    import/fixtures/smollm2.json: the same of the real model, with tokens and a rendered chat

The weights are dequantised by gguf, un-permuted as transformers' own reader of GGUF does it, and put into
transformers' LlamaForCausalLM in float32.
"""

import json
import sys
from pathlib import Path

import gguf
import numpy
import torch
from safetensors.numpy import save_file
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

ENGINE = Path(__file__).parents[2] / "packages" / "engine" / "src"
Type = gguf.GGMLQuantizationType
TYPES = ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"]
# Where a block's float16 scales stand, so that random ones are numbers of a usual size.
SCALES = {
    "Q8_0": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2],
    "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
}


def random_rows(random, name, rows, columns, size):
    """Stored bytes [rows, bytes a row] whose numbers are about `size`."""
    if name in ("F32", "F16", "BF16"):
        data = random.normal(0, size, (rows, columns)).astype(numpy.float32)
        return gguf.quantize(data, Type[name]).view(numpy.uint8).reshape(rows, -1)
    block, width = gguf.GGML_QUANT_SIZES[Type[name]]
    blocks = random.integers(0, 256, (rows * columns // block, width), dtype=numpy.uint8)
    largest = {"Q8_0": 127, "Q4_0": 8, "Q4_1": 15, "Q5_0": 16, "Q5_1": 31,
               "Q2_K": 45, "Q3_K": 128, "Q4_K": 945, "Q5_K": 1953, "Q6_K": 4096}[name]
    for index, at in enumerate(SCALES[name]):
        scale = random.uniform(0.5, 1, len(blocks)) * size * 2 / largest
        if index == 1:
            # Minima: of K-quants subtracted after a scale of 6 (4) bits, of the others added.
            scale = scale * (largest / 2 / (63 if name != "Q2_K" else 15)) if "K" in name else -scale * largest / 2
        blocks[:, at : at + 2] = scale.astype(numpy.float16).view(numpy.uint8).reshape(-1, 2)
    return blocks.reshape(rows, -1)


def quantised():
    random = numpy.random.default_rng(7)
    tensors = {}
    for name in TYPES:
        rows = random_rows(random, name, 3, 256, 0.7)
        tensors[f"{name}.bytes"] = rows
        numbers = gguf.dequantize(rows if name != "F32" else rows.view(numpy.float32), Type[name])
        tensors[f"{name}.numbers"] = numpy.ascontiguousarray(numbers, dtype=numpy.float32)
        assert numpy.isfinite(numbers).all() and numbers.std() > 0.01, name
    folder = ENGINE / "gguf" / "fixtures"
    folder.mkdir(exist_ok=True)
    save_file(tensors, folder / "quantised.safetensors")


def byte_alphabet():
    """GPT-2's letters for bytes, in the order of its vocabulary."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in printable}
    for at, byte in enumerate(byte for byte in range(256) if byte not in printable):
        letters[byte] = chr(256 + at)
    return letters


TINY = dict(hidden=256, inner=256, layers=1, heads=2, key_heads=1, head=16)


def tiny():
    random = numpy.random.default_rng(11)
    letters = byte_alphabet()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    merges = ["Ġ t", "h e", "Ġt he", "i n", "e r", "Ġ c", "Ġc a", "a t", "Ġca t", "o n"]
    tokens = [*special, *(letters[byte] for byte in range(256)), *(merge.replace(" ", "") for merge in merges)]
    hidden, inner, heads, key_heads, head = (TINY[name] for name in ("hidden", "inner", "heads", "key_heads", "head"))
    path = ENGINE / "import" / "fixtures" / "tiny-k-quants.gguf"
    path.parent.mkdir(exist_ok=True)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("Tiny K-quants")
    writer.add_license("apache-2.0")
    writer.add_context_length(128)
    writer.add_embedding_length(hidden)
    writer.add_block_count(TINY["layers"])
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(key_heads)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([3] * len(special) + [1] * (len(tokens) - len(special)))
    writer.add_token_merges(merges)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_pad_token_id(0)
    writer.add_add_bos_token(False)
    writer.add_chat_template(
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
        "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
    )

    def add(name, kind, rows, columns, size=0.1):
        writer.add_tensor(name, random_rows(random, kind, rows, columns, size), raw_dtype=Type[kind])

    def norm(name):
        writer.add_tensor(name, random.normal(1, 0.1, hidden).astype(numpy.float32))

    add("token_embd.weight", "Q6_K", len(tokens), hidden, 0.5)
    add("blk.0.attn_q.weight", "Q4_K", heads * head, hidden)
    add("blk.0.attn_k.weight", "Q3_K", key_heads * head, hidden)
    add("blk.0.attn_v.weight", "Q5_K", key_heads * head, hidden)
    add("blk.0.attn_output.weight", "Q5_1", hidden, heads * head)
    add("blk.0.ffn_gate.weight", "Q2_K", inner, hidden)
    add("blk.0.ffn_up.weight", "Q3_K", inner, hidden)
    add("blk.0.ffn_down.weight", "Q4_K", hidden, inner)
    for name in ("blk.0.attn_norm.weight", "blk.0.ffn_norm.weight", "output_norm.weight"):
        norm(name)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    record = answers(path, ["the cat", "in 1984, a Ünïcode cat\n", "on"], top=len(tokens))
    write_json(path.with_suffix(".json"), record)


def value(reader, key):
    return reader.fields[key].contents()


def dequantised_model(reader):
    """LlamaForCausalLM in float32 with the file's numbers."""
    hidden, heads = value(reader, "llama.embedding_length"), value(reader, "llama.attention.head_count")
    key_heads = value(reader, "llama.attention.head_count_kv")
    head = value(reader, "llama.attention.key_length") if "llama.attention.key_length" in reader.fields else hidden // heads
    names = {
        "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
        "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj", "ffn_norm": "post_attention_layernorm",
        "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
    }
    state = {}
    for tensor in reader.tensors:
        data = torch.from_numpy(numpy.array(gguf.dequantize(tensor.data, tensor.tensor_type), dtype=numpy.float32))
        if tensor.name.startswith("blk."):
            _, layer, part, _ = tensor.name.split(".")
            if part in ("attn_q", "attn_k"):
                count = heads if part == "attn_q" else key_heads
                # Adjacent pairs back to halves, as in transformers' LlamaTensorProcessor.
                data = data.reshape(count, data.shape[0] // count // 2, 2, -1).swapaxes(1, 2).reshape(data.shape)
            state[f"model.layers.{layer}.{names[part]}.weight"] = data
        else:
            state[{"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight"}[tensor.name]] = data
    state["lm_head.weight"] = state["model.embed_tokens.weight"]
    config = LlamaConfig(
        vocab_size=len(state["lm_head.weight"]), hidden_size=hidden, head_dim=head,
        intermediate_size=value(reader, "llama.feed_forward_length"), num_hidden_layers=value(reader, "llama.block_count"),
        num_attention_heads=heads, num_key_value_heads=key_heads, rms_norm_eps=1e-5, tie_word_embeddings=True,
        max_position_embeddings=value(reader, "llama.context_length"),
        rope_parameters={"rope_type": "default", "rope_theta": value(reader, "llama.rope.freq_base")},
    )
    model = LlamaForCausalLM(config).eval()
    model.load_state_dict(state)
    return model


def answers(path, texts, top):
    """What transformers makes of the texts: tokens, and the `top` likeliest that follow with their log-probabilities."""
    tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    chat = [{"role": "user", "content": "What is the capital of France?"}]
    model = dequantised_model(gguf.GGUFReader(path))
    rendered = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    found = []
    for text in [*texts, rendered]:
        tokens = tokenizer.encode(text, add_special_tokens=False)
        with torch.no_grad():
            row = model(torch.tensor([tokens])).logits[0, -1].log_softmax(-1)
        best = row.topk(top)
        found.append(dict(text=text, tokens=tokens, next=best.indices.tolist(), logProbabilities=[round(number, 7) for number in best.values.tolist()]))
    return dict(gguf=gguf.__name__ + " dequantised, transformers LlamaForCausalLM, float32", chat=chat, rendered=rendered, answers=found)


def write_json(path, record):
    path.write_text(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")


TEXTS = [
    "The capital of France is",
    "Once upon a time, in 1984, there were 42 cats.",
    "def add(a, b):\n    return a",
    "Äpfel, 東京 und ein 🙂: 3.14 Euro — don't",
]

if __name__ == "__main__":
    torch.manual_seed(0)
    match sys.argv[1:]:
        case ["quantised"]:
            quantised()
        case ["tiny"]:
            tiny()
        case ["smollm2", file]:
            write_json(ENGINE / "import" / "fixtures" / "smollm2.json", answers(Path(file), TEXTS, top=20))
        case _:
            sys.exit(__doc__)
