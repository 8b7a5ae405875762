import { join } from 'node:path';
import { z } from 'zod';
import { UnsupportedModelError } from '../formats/error.ts';
import { exists, readJson } from '../formats/json-file.ts';

/** Which hidden state stands for a text: the mean of all, or that of its first or last token. */
export type Pooling = 'mean' | 'first' | 'last';

const modulesFile = 'modules.json';
const poolingFolder = '1_Pooling';

/** What a folder of sentence-transformers has beside the model, at its top. */
export const sentenceFile =
  /^(modules|sentence_bert_config|config_sentence_transformers)\.json$|^1_Pooling$/;
const modulesSchema = z.array(z.looseObject({ path: z.string(), type: z.string() }));
const poolingSchema = z.looseObject({
  pooling_mode: z.string().nullish(),
  pooling_mode_cls_token: z.boolean().default(false),
  pooling_mode_mean_tokens: z.boolean().default(false),
  pooling_mode_max_tokens: z.boolean().default(false),
  pooling_mode_mean_sqrt_len_tokens: z.boolean().default(false),
  pooling_mode_weightedmean_tokens: z.boolean().default(false),
  pooling_mode_lasttoken: z.boolean().default(false),
});
const modes: Readonly<Record<string, Pooling>> = { mean: 'mean', cls: 'first', lasttoken: 'last' };

/**
 * How the model in a folder of sentence-transformers makes one vector of a text; undefined where the folder is none.
 * Throws UnsupportedModelError, naming file and field, for a pooling or a module that is not computed.
 * @example const pooling = await readSentencePooling('models/minilm'); // mean
 */
export async function readSentencePooling(folder: string): Promise<Pooling | undefined> {
  const file = join(folder, modulesFile);
  if (!(await exists(file))) return undefined;
  const modules = modulesSchema.safeParse(await readJson(file));
  if (!modules.success) throw new UnsupportedModelError(file, 'modules', 'is no list of modules');
  let pooling: Pooling | undefined;
  for (const { path, type } of modules.data) {
    const name = type.split('.').at(-1);
    if (name === 'Pooling') pooling = await readPooling(join(folder, path, 'config.json'));
    else if (name !== 'Transformer' && name !== 'Normalize')
      throw new UnsupportedModelError(file, 'type', `is "${type}", which is not computed`);
  }
  return pooling;
}

async function readPooling(file: string): Promise<Pooling> {
  const parsed = poolingSchema.safeParse(await readJson(file));
  if (!parsed.success) throw new UnsupportedModelError(file, 'pooling_mode', 'is invalid');
  const { pooling_mode: named, ...flags } = parsed.data;
  const names = {
    cls: flags.pooling_mode_cls_token,
    mean: flags.pooling_mode_mean_tokens,
    max: flags.pooling_mode_max_tokens,
    mean_sqrt_len_tokens: flags.pooling_mode_mean_sqrt_len_tokens,
    weightedmean: flags.pooling_mode_weightedmean_tokens,
    lasttoken: flags.pooling_mode_lasttoken,
  };
  const chosen =
    named == null ? Object.entries(names).flatMap(([name, is]) => (is ? [name] : [])) : [named];
  const mode = chosen.length === 1 ? modes[chosen[0] as string] : undefined;
  if (mode === undefined)
    throw new UnsupportedModelError(
      file,
      'pooling_mode',
      `is "${chosen.join(' and ')}"; supported: ${Object.keys(modes).join(', ')}`,
    );
  return mode;
}

const flags: Readonly<Record<Pooling, string>> = {
  mean: 'pooling_mode_mean_tokens',
  first: 'pooling_mode_cls_token',
  last: 'pooling_mode_lasttoken',
};

/**
 * What makes a model's folder one of sentence-transformers: its hidden states, pooled, brought to length 1. JSON by the
 * path in the folder.
 */
export function sentenceLayout(
  { hiddenSize, maxPositions }: { readonly hiddenSize: number; readonly maxPositions: number },
  pooling: Pooling,
): ReadonlyMap<string, unknown> {
  const steps = [
    { name: 'Transformer', path: '' },
    { name: 'Pooling', path: poolingFolder },
    { name: 'Normalize', path: '2_Normalize' },
  ];
  const all = Object.values(flags).map((flag) => [flag, flag === flags[pooling]]);
  return new Map<string, unknown>([
    [
      modulesFile,
      steps.map(({ name, path }, idx) => {
        return { idx, name: String(idx), path, type: `sentence_transformers.models.${name}` };
      }),
    ],
    ['sentence_bert_config.json', { max_seq_length: maxPositions, do_lower_case: false }],
    [
      join(poolingFolder, 'config.json'),
      { word_embedding_dimension: hiddenSize, ...Object.fromEntries(all) },
    ],
  ]);
}
