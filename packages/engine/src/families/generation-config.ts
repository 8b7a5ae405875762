import { join } from 'node:path';
import { z } from 'zod';
import { CheckpointError, UnsupportedModelError } from '../formats/error.ts';
import { exists, readJson } from '../formats/json-file.ts';

/**
 * Fields of generation_config.json that bind an answer whatever the request asks for, with what they are where they
 * bind nothing. They are not computed, so a folder that sets one is refused. The others say how to draw where nobody
 * asks, how long to go on, and how to compute faster: a request has its own settings, with the API's defaults.
 */
export const bindingFields: Readonly<Record<string, readonly unknown[]>> = {
  num_beams: [1],
  num_beam_groups: [1],
  penalty_alpha: [0],
  dola_layers: [],
  no_repeat_ngram_size: [0],
  encoder_no_repeat_ngram_size: [0],
  encoder_repetition_penalty: [1],
  bad_words_ids: [],
  force_words_ids: [],
  constraints: [],
  sequence_bias: [],
  suppress_tokens: [],
  begin_suppress_tokens: [],
  forced_bos_token_id: [],
  forced_eos_token_id: [],
  decoder_start_token_id: [],
  exponential_decay_length_penalty: [],
  min_length: [0],
  min_new_tokens: [0],
  stop_strings: [],
  guidance_scale: [1],
  token_healing: [false],
  watermarking_config: [],
};

const schema = z.looseObject({
  eos_token_id: z.union([z.int(), z.array(z.int())]).nullish(),
});

/**
 * The end tokens of a folder's generation_config.json, where there is one: chat models often name theirs there only.
 * Throws UnsupportedModelError, naming the field, for one that binds answers in a way that is not computed.
 */
export async function generationEnds(folder: string): Promise<number[]> {
  const file = join(folder, 'generation_config.json');
  if (!(await exists(file))) return [];
  const parsed = schema.safeParse(await readJson(file));
  if (!parsed.success)
    throw new CheckpointError(file, 'eos_token_id must be a token id or a list of them');
  for (const [field, neutral] of Object.entries(bindingFields)) {
    const value = parsed.data[field];
    const isEmpty = value == null || (Array.isArray(value) && value.length === 0);
    if (!isEmpty && !neutral.includes(value))
      throw new UnsupportedModelError(file, field, 'is set and is not supported');
  }
  return [parsed.data.eos_token_id ?? []].flat();
}
