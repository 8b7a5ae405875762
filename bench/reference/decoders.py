"""Writes the reference vectors of tiny random decoders, computed by transformers and peft.

Run by hand, never by users:

    python3.11 -m venv .tools/python
    .tools/python/bin/pip install torch transformers peft
    .tools/python/bin/python bench/reference/decoders.py [name ...]

Each folder under packages/engine/src/parity/fixtures/models is a Hugging Face model (config.json and
model.safetensors) with beside it
  reference.json         examples, losses, the 20-step curves and the settings they were made with
  reference.safetensors  logits.<i>, gradient.<parameter>, and for the adapter start.<module>.lora_A,
                         start.<module>.lora_B and gradient.<module>.lora_A, gradient.<module>.lora_B
"""

import json
import sys
from pathlib import Path

import torch
from curves import adamw, run_curve
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, CONFIG_MAPPING

FIXTURES = Path(__file__).parents[2] / "packages" / "engine" / "src" / "parity" / "fixtures" / "models"
VOCABULARY = 64
SHAPE = dict(
    vocab_size=VOCABULARY,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=128,
    rms_norm_eps=1e-5,
    bos_token_id=1,
    eos_token_id=2,
    pad_token_id=0,
)
LLAMA3 = dict(
    rope_type="llama3",
    rope_theta=500.0,
    factor=4.0,
    low_freq_factor=1.0,
    high_freq_factor=4.0,
    original_max_position_embeddings=16,
)
GPT2 = dict(
    vocab_size=VOCABULARY, n_embd=32, n_layer=2, n_head=4, n_positions=64, bos_token_id=1,
    eos_token_id=2, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
)
GEMMA_ROPE = dict(
    full_attention=dict(rope_type="linear", factor=2.0, rope_theta=1000.0),
    sliding_attention=dict(rope_type="default", rope_theta=50.0),
)
# Name of the fixture -> model type, fields.
MODELS = {
    "tied": ("llama", dict(tie_word_embeddings=True)),
    "untied": (
        "llama",
        dict(tie_word_embeddings=False, head_dim=12, attention_bias=True, mlp_bias=True),
    ),
    "llama3-rope": (
        "llama",
        dict(tie_word_embeddings=True, num_key_value_heads=1, rope_parameters=LLAMA3),
    ),
    "mistral": ("mistral", dict(sliding_window=6, head_dim=8)),
    "qwen2": (
        "qwen2",
        dict(
            tie_word_embeddings=True, use_sliding_window=True, sliding_window=7,
            max_window_layers=1,
        ),
    ),
    "qwen3": ("qwen3", dict(tie_word_embeddings=True, head_dim=16)),
    "gemma3": (
        "gemma3_text",
        dict(
            num_hidden_layers=3, head_dim=12, sliding_window=6, query_pre_attn_scalar=10,
            layer_types=["sliding_attention", "sliding_attention", "full_attention"],
            rope_parameters=GEMMA_ROPE, tie_word_embeddings=True,
        ),
    ),
    "phi3": (
        "phi3",
        dict(
            head_dim=8, rope_parameters=dict(rope_theta=100.0, partial_rotary_factor=0.75),
            original_max_position_embeddings=128, tie_word_embeddings=False,
        ),
    ),
    "gpt2": ("gpt2", None),
}
TRAINING = dict(
    batchSize=4, epochs=10, warmupSteps=2, beta1=0.9, beta2=0.999, epsilon=1e-8, weightDecay=0.01,
    maxGradientNorm=1.0, learningRateFull=1e-2, learningRateLora=2e-2, rank=4, alpha=8,
)
LLAMA_TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
TARGETS = {
    "phi3": ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"],
    "gpt2": ["c_attn", "c_proj", "c_fc"],
}


def make_examples(generator):
    """Eight examples of unequal length; prompts are masked, in one also a stretch in the middle."""
    examples = []
    for index, length in enumerate([9, 14, 5, 23, 11, 7, 18, 6]):
        tokens = torch.randint(3, VOCABULARY, (length,), generator=generator).tolist()
        prompt = 2 + index % 3
        supervised = [0] * prompt + [1] * (length - prompt)
        if index == 3:
            supervised[8:13] = [0] * 5
        examples.append(dict(tokens=tokens, supervised=supervised))
    return examples


def forward(model, examples):
    """Right-padded batch, as a user of transformers would run it. Returns loss and logits."""
    width = max(len(example["tokens"]) for example in examples)
    ids = torch.zeros(len(examples), width, dtype=torch.long)
    labels = torch.full((len(examples), width), -100)
    attention = torch.zeros(len(examples), width, dtype=torch.long)
    for row, example in enumerate(examples):
        length = len(example["tokens"])
        ids[row, :length] = torch.tensor(example["tokens"])
        attention[row, :length] = 1
        for at in range(1, length):
            if example["supervised"][at]:
                labels[row, at] = example["tokens"][at]
    output = model(input_ids=ids, attention_mask=attention, labels=labels)
    return output.loss, output.logits


def curve(model, examples, learning_rate):
    optimizer = adamw(
        model, TRAINING, learning_rate, lambda name: "norm" in name or ".ln_" in name or name.endswith("bias")
    )
    return run_curve(model, optimizer, TRAINING, examples, lambda batch: forward(model, batch)[0])


def short(name):
    return name.removeprefix("base_model.model.").replace(".default.weight", "")


def write(name, model_type, options):
    torch.manual_seed(20)
    generator = torch.Generator().manual_seed(21)
    folder = FIXTURES / name
    targets = TARGETS.get(model_type, LLAMA_TARGETS)
    fields = GPT2 if options is None else {**SHAPE, **options}
    config = CONFIG_MAPPING[model_type](**fields, initializer_range=0.15)
    config._attn_implementation = "eager"
    model = AutoModelForCausalLM.from_config(config).to(torch.float32)
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():
            if "norm" in parameter_name or ".ln_" in parameter_name and parameter_name.endswith("weight"):
                centre = 0.0 if model_type == "gemma3_text" else 1.0
                parameter.copy_(centre + 0.2 * torch.randn(parameter.shape, generator=generator))
            elif parameter_name.endswith("bias"):
                parameter.copy_(0.1 * torch.randn(parameter.shape, generator=generator))
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    start = {key: value.clone() for key, value in model.state_dict().items()}
    examples = make_examples(generator)
    tensors = {}

    loss, logits = forward(model, examples)
    loss.backward()
    for row, example in enumerate(examples):
        tensors[f"logits.{row}"] = logits[row, : len(example["tokens"])].detach().clone()
    for parameter_name, parameter in model.named_parameters():
        tensors[f"gradient.{parameter_name}"] = parameter.grad.clone()
    model.zero_grad()
    full = curve(model, examples, TRAINING["learningRateFull"])

    model.load_state_dict(start)
    adapted = get_peft_model(
        model,
        LoraConfig(r=TRAINING["rank"], lora_alpha=TRAINING["alpha"], target_modules=targets, fan_in_fan_out=model_type == "gpt2"),
    )
    with torch.no_grad():
        for parameter_name, parameter in adapted.named_parameters():
            if "lora_B" in parameter_name:
                parameter.copy_(0.1 * torch.randn(parameter.shape, generator=generator))
            if "lora_" in parameter_name:
                tensors[f"start.{short(parameter_name)}"] = parameter.clone()
    lora_loss, _ = forward(adapted, examples)
    lora_loss.backward()
    for parameter_name, parameter in adapted.named_parameters():
        if parameter.requires_grad:
            tensors[f"gradient.{short(parameter_name)}"] = parameter.grad.clone()
    adapted.zero_grad()
    lora = curve(adapted, examples, TRAINING["learningRateLora"])

    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "reference.safetensors")
    reference = dict(
        training=TRAINING,
        targets=targets,
        examples=examples,
        loss=loss.item(),
        loraLoss=lora_loss.item(),
        fullCurve=full,
        loraCurve=lora,
    )
    (folder / "reference.json").write_text(json.dumps(reference) + "\n")


if __name__ == "__main__":
    for model_name, (kind, model_options) in MODELS.items():
        if len(sys.argv) == 1 or model_name in sys.argv[1:]:
            write(model_name, kind, model_options)
