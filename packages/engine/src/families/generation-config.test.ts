import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readFieldCases } from './config-fields.fixture.ts';
import { bindingFields, generationEnds } from './generation-config.ts';

/** What is left to the request, or says how to compute. */
const requestFields: readonly string[] = [
  'do_sample',
  'temperature',
  'top_k',
  'top_p',
  'min_p',
  'top_h',
  'typical_p',
  'epsilon_cutoff',
  'eta_cutoff',
  'repetition_penalty',
  'length_penalty',
  'diversity_penalty',
  'early_stopping',
  'max_length',
  'max_new_tokens',
  'max_time',
  'num_return_sequences',
  'renormalize_logits',
  'remove_invalid_values',
  'bos_token_id',
  'pad_token_id',
  'use_cache',
  'cache_implementation',
  'cache_config',
  'max_cache_len',
  'low_memory',
  'prefill_chunk_size',
  'compile_config',
  'disable_compile',
  'continuous_batching_config',
  'output_attentions',
  'output_hidden_states',
  'output_logits',
  'output_scores',
  'return_dict_in_generate',
  'prompt_lookup_num_tokens',
  'max_matching_ngram_size',
  'num_assistant_tokens',
  'num_assistant_tokens_schedule',
  'assistant_confidence_threshold',
  'assistant_early_exit',
  'assistant_ensemble_weight',
  'assistant_lookbehind',
  'target_lookbehind',
  'is_assistant',
  'speculation_type',
  'use_mtp',
  'transformers_version',
  '_from_model_config',
];

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-generation-'));
});
afterAll(() => rm(root, { recursive: true }));

const read = async (json: object) => {
  await writeFile(join(root, 'generation_config.json'), JSON.stringify(json));
  return generationEnds(root);
};

it('knows every field that transformers has', async () => {
  const { generation } = await readFieldCases();
  const known = ['eos_token_id', ...Object.keys(bindingFields), ...requestFields];
  expect(generation.filter((field) => !known.includes(field))).toEqual([]);
});

it('reads the end tokens, and refuses by name what would bind every answer', async () => {
  expect(await read({ eos_token_id: [3, 7], temperature: 0.6, repetition_penalty: 1.1 })).toEqual([
    3, 7,
  ]);
  expect(await read({ bad_words_ids: null, suppress_tokens: [], num_beams: 1 })).toEqual([]);
  for (const field of Object.keys(bindingFields))
    await expect(read({ [field]: [[5]] })).rejects.toThrow(
      `generation_config.json: ${field} is set`,
    );
});
