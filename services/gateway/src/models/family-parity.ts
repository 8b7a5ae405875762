import type { FamilyParity } from '@lathe/contracts/http/model';

/** By family, of docs/parity.md and docs/parity-python.md; written by `node tools/write-parity.ts`. */
export const familyParity: Readonly<Record<string, FamilyParity>> = {
  bert: {
    outputs: 2e-7,
    losses: 1e-5,
    gradients: 5e-5,
    adapter: 6e-7,
    merged: 1e-6,
  },
  distilbert: {
    outputs: 2e-7,
    losses: 2e-5,
    gradients: 5e-5,
    adapter: 5e-7,
    merged: 9e-7,
  },
  gemma3_text: {
    outputs: 5e-7,
    losses: 3e-6,
    gradients: 4e-6,
    adapter: 1e-6,
    merged: 3e-6,
  },
  gpt2: {
    outputs: 4e-7,
    losses: 2e-6,
    gradients: 1e-6,
    adapter: 2e-6,
    merged: 1e-5,
  },
  llama: {
    outputs: 5e-7,
    losses: 2e-5,
    gradients: 2e-6,
    adapter: 6e-6,
    merged: 7e-6,
  },
  mistral: {
    outputs: 5e-7,
    losses: 3e-6,
    gradients: 1e-6,
    adapter: 4e-6,
    merged: 5e-6,
  },
  modernbert: {
    outputs: 2e-7,
    losses: 7e-6,
    gradients: 3e-5,
    adapter: 4e-7,
    merged: 1e-6,
  },
  phi3: {
    outputs: 5e-7,
    losses: 4e-6,
    gradients: 1e-6,
    adapter: 1e-6,
    merged: 9e-6,
  },
  qwen2: {
    outputs: 6e-7,
    losses: 2e-6,
    gradients: 2e-6,
    adapter: 2e-6,
    merged: 5e-6,
  },
  qwen3: {
    outputs: 5e-7,
    losses: 4e-6,
    gradients: 1e-6,
    adapter: 2e-6,
    merged: 5e-6,
  },
  roberta: {
    outputs: 3e-7,
    losses: 3e-5,
    gradients: 3e-5,
    adapter: 5e-7,
    merged: 1e-6,
  },
};
