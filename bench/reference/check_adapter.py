"""Logits of a model folder, with an adapter on it when one is named, by transformers and peft in float32.

    python check_adapter.py --model <folder> [--adapter <folder>] --tokens 1,2,3 --out <file>

Writes the logits [tokens, vocabulary] as little-endian float32. Run by bench/parity/one-folder.ts.
"""

import argparse

import torch
from transformers import AutoModelForCausalLM


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--adapter")
    parser.add_argument("--tokens", required=True)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()

    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32)
    if options.adapter is not None:
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, options.adapter)
    model.eval()
    tokens = torch.tensor([[int(token) for token in options.tokens.split(",")]])
    with torch.no_grad():
        # The virtual tokens of a tuned prompt have logits too, before those of the text.
        logits = model(tokens).logits[0, -tokens.shape[1] :]
    logits.float().numpy().astype("<f4").tofile(options.out)


if __name__ == "__main__":
    main()
