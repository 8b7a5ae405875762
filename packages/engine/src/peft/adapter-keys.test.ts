import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFittingAdapter } from '../export/merged-weights.ts';
import { trainerOutputs } from '../export/trainer-outputs.ts';
import { type ModelFolder, openModelFolder } from '../families/model-folder.ts';
import { CheckpointError, UnsupportedModelError } from '../formats/error.ts';
import { readSafetensors, readTensor, writeSafetensors } from '../formats/safetensors.ts';
import { type Generator, openGenerator } from '../generate/generator.ts';
import { readReference } from '../parity/reference.ts';
import { loraKeys, prefixKeys, promptKeys } from './adapter-keys.ts';
import { mergeAdapter } from './merge-adapter.ts';
import { writeMergedFolder } from './merged.ts';
import { readServedAdapter } from './peft-virtual.ts';

/** bench/reference/adapters.py says how these were made. */
type Case = {
  readonly model: 'tied' | 'gpt2';
  readonly kind: 'LORA' | 'PROMPT_TUNING' | 'PREFIX_TUNING';
  readonly change: Readonly<Record<string, unknown>>;
  readonly layers: readonly string[];
  readonly vectors?: string;
};
type Recorded = {
  readonly keys: Readonly<Record<string, readonly string[]>>;
  readonly usual: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly tokens: readonly number[];
  readonly cases: readonly Case[];
};

const fixtures = join(import.meta.dirname, 'fixtures');
const recorded = JSON.parse(await readFile(join(fixtures, 'adapters.json'), 'utf8')) as Recorded;
const { tensors } = await readSafetensors(join(fixtures, 'adapters.safetensors'));

let root: string;
const models = new Map<string, { model: ModelFolder; generator: Generator }>();
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-adapters-'));
  for (const name of ['tied', 'gpt2'] as const) {
    const { model } = await readReference(name);
    models.set(name, { model, generator: await openGenerator({ model }) });
  }
});
afterAll(async () => {
  for (const { generator } of models.values()) await generator.dispose();
  await rm(root, { recursive: true });
});

async function writeAdapter(name: string, one: Case): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  const config = { ...recorded.usual[one.model]?.[one.kind], ...one.change };
  await writeFile(join(folder, 'adapter_config.json'), JSON.stringify(config));
  const held: [string, string][] =
    one.kind === 'LORA'
      ? one.layers.flatMap((layer) =>
          ['lora_A', 'lora_B'].map((half): [string, string] => [
            `base_model.model.${layer}.${half}.weight`,
            `${layer}.${half}`,
          ]),
        )
      : [['prompt_embeddings', one.kind]];
  const all = [];
  for (const [name, stored] of held) {
    const entry = tensors.get(`${one.model}.${stored}`)!;
    all.push({ name, dtype: 'F32' as const, shape: entry.shape, data: await readTensor(entry) });
  }
  await writeSafetensors(join(folder, 'adapter_model.safetensors'), all);
  return folder;
}

/** Log-probabilities of all tokens behind the prompt, or the sentence with which the adapter is refused. */
async function answer(folder: string, one: Case): Promise<Float32Array | string> {
  const { model, generator } = models.get(one.model)!;
  try {
    if (one.kind === 'LORA') await readFittingAdapter(folder, model);
    generator.loadAdapter('one', await readServedAdapter(folder));
  } catch (error) {
    const isOurs =
      error instanceof CheckpointError ||
      error instanceof UnsupportedModelError ||
      error instanceof RangeError;
    if (!isOurs) throw error;
    return error.message.replace(folder, '');
  }
  const request = { tokens: recorded.tokens, maxTokens: 1, stopTokens: [], topLogprobs: 64 };
  const found = new Float32Array(64);
  for await (const { top } of generator.generate({ ...request, adapter: 'one' }))
    for (const { token, logprob } of top) found[token] = logprob;
  return found;
}

const wanted = (name: string): Promise<Float32Array> => readTensor(tensors.get(name)!);

function isClose(found: Float32Array, other: Float32Array): boolean {
  return found.every((value, at) => Math.abs(value - other[at]!) < 2e-4);
}

describe('adapters', () => {
  it.each([
    ['LORA', 'tied'],
    ['LORA', 'gpt2'],
    ['PROMPT_TUNING', 'tied'],
    ['PREFIX_TUNING', 'tied'],
    ['PROMPT_TUNING', 'gpt2'],
    ['PREFIX_TUNING', 'gpt2'],
  ] as const)(
    '%s on %s: one changed key is read as peft reads it, or refused by name',
    async (kind, model) => {
      const wrong: string[] = [];
      let answered = 0;
      for (const [number, one] of recorded.cases.entries()) {
        if (one.kind !== kind || one.model !== model) continue;
        const about = JSON.stringify(one.change);
        const found = await answer(await writeAdapter(String(number), one), one);
        if (typeof found === 'string') {
          const isNamed = Object.keys(one.change).some((key) => found.includes(key));
          if (!isNamed && !found.includes('tensor ')) wrong.push(`${about} is refused: ${found}`);
        } else if (one.vectors === undefined) wrong.push(`${about} is read, but peft does not`);
        else if (!isClose(found, await wanted(one.vectors)))
          wrong.push(`${about} answers otherwise`);
        else answered++;
      }
      expect(wrong).toEqual([]);
      expect(answered).toBeGreaterThan(0);
    },
  );

  it('knows every key that peft has', () => {
    const missing = (name: string, keys: object) =>
      recorded.keys[name]?.filter((key) => !Object.hasOwn(keys, key));
    expect(missing('LoraConfig', loraKeys)).toEqual([]);
    expect(missing('PromptTuningConfig', promptKeys)).toEqual([]);
    expect(missing('PrefixTuningConfig', prefixKeys)).toEqual([]);
    const tried = (kind: Case['kind']) =>
      new Set(
        recorded.cases.filter((one) => one.kind === kind).flatMap((one) => Object.keys(one.change)),
      );
    const untried = (name: string, kind: Case['kind']) =>
      recorded.keys[name]?.filter((key) => key !== 'peft_type' && !tried(kind).has(key));
    expect(untried('LoraConfig', 'LORA')).toEqual([]);
    expect(untried('PromptTuningConfig', 'PROMPT_TUNING')).toEqual([]);
    expect(untried('PrefixTuningConfig', 'PREFIX_TUNING')).toEqual([]);
  });

  it('are merged to what peft computes beside the layers', async () => {
    for (const [number, one] of recorded.cases.entries()) {
      const isTried = one.kind === 'LORA' && one.vectors !== undefined;
      if (!isTried || !['{}', '{"use_rslora":true}'].includes(JSON.stringify(one.change))) continue;
      const { model } = models.get(one.model)!;
      const folder = await writeAdapter(`merged-${number}`, one);
      const { weights } = await readFittingAdapter(folder, model);
      const out = join(root, `out-${number}`);
      await writeMergedFolder(model, await mergeAdapter(model, weights), out);
      const ids = Int32Array.from(recorded.tokens);
      const prompt = { rows: 1, tokens: ids.length, ids };
      const { logits } = await trainerOutputs(await openModelFolder(out), prompt);
      const last = logits!.subarray(-64);
      const total = Math.log(last.reduce((sum, value) => sum + Math.exp(value), 0));
      expect(
        isClose(
          last.map((value) => value - total),
          await wanted(one.vectors!),
        ),
      ).toBe(true);
    }
  });
});
