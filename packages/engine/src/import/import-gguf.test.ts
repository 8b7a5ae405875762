import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadChatTemplate } from '@lathe/tokenizer/chat-template';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trainerOutputs } from '../export/trainer-outputs.ts';
import { openModelFolder } from '../families/model-folder.ts';
import { type ImportRecord, importGguf } from './import-gguf.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
let root: string;
let record: ImportRecord;
const folder = (): string => join(root, 'tiny');
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-import-'));
  const file = join(fixtures, 'tiny-k-quants.gguf');
  record = await importGguf(file, folder(), { dequantised: 'f32' });
});
afterAll(() => rm(root, { recursive: true }));

type Reference = {
  readonly chat: { readonly role: string; readonly content: string }[];
  readonly rendered: string;
  readonly answers: readonly {
    readonly text: string;
    readonly tokens: readonly number[];
    readonly next: readonly number[];
    readonly logProbabilities: readonly number[];
  }[];
};
const reference = JSON.parse(
  await readFile(join(fixtures, 'tiny-k-quants.json'), 'utf8'),
) as Reference;

/** Log-probabilities of every token behind the last one given. */
async function following(tokens: readonly number[]): Promise<Float32Array> {
  const model = await openModelFolder(folder());
  const ids = Int32Array.from(tokens);
  const { logits } = await trainerOutputs(model, { rows: 1, tokens: ids.length, ids });
  const last = logits!.subarray(-model.config.vocabularySize);
  const largest = Math.max(...last);
  const total = Math.log(last.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
  return last.map((logit) => logit - largest - total);
}

// bench/reference/gguf_files.py: ggml's own package dequantises, transformers computes.
describe('a llama in K-quants', () => {
  it('cuts texts into tokens and renders a chat as transformers does, which reads the file itself', async () => {
    const tokenizer = await loadTokenizer(folder());
    const template = await loadChatTemplate(folder());
    for (const { text, tokens } of reference.answers)
      expect(tokenizer.encode(text, { special: true })).toEqual(tokens);
    expect(template.render(reference.chat, { addGenerationPrompt: true })).toBe(reference.rendered);
  });

  it('gives every next token the log-probability that the dequantised model gives it', async () => {
    for (const { tokens, next, logProbabilities } of reference.answers) {
      const found = await following(tokens);
      expect(next).toHaveLength(found.length);
      for (const [at, token] of next.entries())
        expect(Math.abs(found[token]! - logProbabilities[at]!)).toBeLessThan(1e-4);
    }
  });

  it('says where it came from, and its config what transformers must know', async () => {
    expect(record).toMatchObject({
      file: 'tiny-k-quants.gguf',
      name: 'Tiny K-quants',
      licence: 'apache-2.0',
      stored: '3 × F32, 2 × Q4_K, 2 × Q3_K, 1 × Q6_K, 1 × Q5_K, 1 × Q5_1, 1 × Q2_K',
      family: 'llama',
      hasTokenizer: true,
    });
    expect(JSON.parse(await readFile(join(folder(), 'config.json'), 'utf8'))).toEqual({
      architectures: ['LlamaForCausalLM'],
      model_type: 'llama',
      vocab_size: 269,
      max_position_embeddings: 128,
      hidden_size: 256,
      num_hidden_layers: 1,
      intermediate_size: 256,
      num_attention_heads: 2,
      rms_norm_eps: 1e-5,
      tie_word_embeddings: true,
      bos_token_id: 1,
      eos_token_id: 2,
      pad_token_id: 0,
      num_key_value_heads: 1,
      head_dim: 16,
      rope_theta: 10_000,
      rope_scaling: null,
      sliding_window: null,
      attention_bias: false,
      mlp_bias: false,
      torch_dtype: 'float32',
    });
  });
});
