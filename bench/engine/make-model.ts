/** Writes the model folder of a case with random weights, and its data; does nothing when it is there. */
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fillInitialWeight } from '@lathe/engine/initial-weights';
import { modelTensors, parseModelConfig } from '@lathe/engine/internal/families/model-config';
import { sequenceHead } from '@lathe/engine/internal/models/heads';
import { writeSafetensors } from '@lathe/engine/safetensors';
import { child, fillNormal, rootSeed, words } from '@lathe/engine/seed';
import type { BenchCase } from './cases.ts';

export type BenchData = {
  /** Token ids by example. */
  readonly tokens: readonly (readonly number[])[];
  readonly labels: readonly number[];
};

const labels = 4;

/** The tokens of every step of a case, in order. */
function benchData({ config, batch, tokens, steps, warmup }: BenchCase): BenchData {
  const seed = rootSeed(7);
  const count = batch * (steps + warmup);
  const vocabulary = Number(config.vocab_size);
  return {
    tokens: Array.from({ length: count }, (_, example) =>
      Array.from(
        { length: tokens },
        (_, at) => words(seed, example * tokens + at).low % vocabulary,
      ),
    ),
    labels: Array.from(
      { length: count },
      (_, example) => words(child(seed, 'labels'), example).low % labels,
    ),
  };
}

/** The folder of a case's model under `root`. */
export async function makeModel(root: string, given: BenchCase): Promise<string> {
  const folder = join(root, given.name);
  const isThere = await access(join(folder, 'config.json')).then(
    () => true,
    () => false,
  );
  if (isThere) return folder;
  const temporary = `${folder}.part`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  const config = parseModelConfig('config.json', given.config);
  const seed = rootSeed(1);
  const tensors = [...modelTensors(config)].map(([name, { shape, role }]) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const data = fillInitialWeight(name, new Float32Array(size), { role, config, seed });
    return { name, dtype: given.stored ?? ('F32' as const), shape, data };
  });
  if (given.task === 'classification')
    for (const { name, shape, initial } of sequenceHead(config, labels).tensors) {
      const values = new Float32Array(shape.reduce((product, length) => product * length, 1));
      if (initial === 'normal') fillNormal(values, child(seed, name), config.initializerRange);
      tensors.push({ name, dtype: 'F32', shape: [...shape], data: values });
    }
  await writeSafetensors(join(temporary, 'model.safetensors'), tensors);
  await writeFile(join(temporary, 'data.json'), JSON.stringify(benchData(given)));
  await writeFile(join(temporary, 'config.json'), JSON.stringify(given.config));
  await rm(folder, { recursive: true, force: true });
  await rename(temporary, folder);
  return folder;
}
