"""Writes the reference vectors of tiny random Llama models, computed by transformers and peft.

Run by hand, never by users:

    python3.11 -m venv .tools/python
    .tools/python/bin/pip install torch transformers peft
    .tools/python/bin/python bench/reference/llama.py

Each folder under packages/engine/src/models/fixtures is a Hugging Face model (config.json and
model.safetensors) with beside it
  reference.json         examples, losses, the 20-step curves and the settings they were made with
  reference.safetensors  logits.<i>, gradient.<parameter>, and for the adapter start.<module>.lora_A,
                         start.<module>.lora_B and gradient.<module>.lora_A, gradient.<module>.lora_B
"""

import json
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM, get_linear_schedule_with_warmup

FIXTURES = Path(__file__).parents[2] / "packages" / "engine" / "src" / "models" / "fixtures"
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
MODELS = {
    "tied": dict(tie_word_embeddings=True),
    "untied": dict(tie_word_embeddings=False, head_dim=12, attention_bias=True, mlp_bias=True),
    "llama3-rope": dict(tie_word_embeddings=True, num_key_value_heads=1, rope_parameters=LLAMA3),
}
TRAINING = dict(
    batchSize=4, epochs=10, warmupSteps=2, beta1=0.9, beta2=0.999, epsilon=1e-8, weightDecay=0.01,
    maxGradientNorm=1.0, learningRateFull=1e-2, learningRateLora=2e-2, rank=4, alpha=8,
)
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


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
    """The losses, gradient norms and learning rates of a whole run; the examples stay in order."""
    decayed, spared = [], []
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            (spared if "norm" in name or name.endswith("bias") else decayed).append(parameter)
    optimizer = torch.optim.AdamW(
        [
            dict(params=decayed, weight_decay=TRAINING["weightDecay"]),
            dict(params=spared, weight_decay=0.0),
        ],
        lr=learning_rate,
        betas=(TRAINING["beta1"], TRAINING["beta2"]),
        eps=TRAINING["epsilon"],
    )
    size = TRAINING["batchSize"]
    batches = [examples[at : at + size] for at in range(0, len(examples), size)]
    steps = len(batches) * TRAINING["epochs"]
    schedule = get_linear_schedule_with_warmup(optimizer, TRAINING["warmupSteps"], steps)
    points = []
    for step in range(steps):
        loss, _ = forward(model, batches[step % len(batches)])
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(
            [p for p in model.parameters() if p.requires_grad], TRAINING["maxGradientNorm"]
        )
        points.append(
            dict(loss=loss.item(), gradientNorm=norm.item(), learningRate=schedule.get_last_lr()[0])
        )
        optimizer.step()
        schedule.step()
    return points


def short(name):
    return name.removeprefix("base_model.model.").replace(".default.weight", "")


def write(name, options):
    torch.manual_seed(20)
    generator = torch.Generator().manual_seed(21)
    folder = FIXTURES / name
    config = LlamaConfig(**{**SHAPE, **options}, initializer_range=0.15)
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():
            if "norm" in parameter_name:
                parameter.copy_(1 + 0.2 * torch.randn(parameter.shape, generator=generator))
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
        LoraConfig(r=TRAINING["rank"], lora_alpha=TRAINING["alpha"], target_modules=TARGETS),
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
        targets=TARGETS,
        examples=examples,
        loss=loss.item(),
        loraLoss=lora_loss.item(),
        fullCurve=full,
        loraCurve=lora,
    )
    (folder / "reference.json").write_text(json.dumps(reference) + "\n")


for model_name, model_options in MODELS.items():
    write(model_name, model_options)
