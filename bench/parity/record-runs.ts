/**
 * Has transformers and peft compute every run of packages/engine/src/parity/recorded-runs.ts and writes what they found
 * beside it. For people who change those runs; needs Python with torch, transformers and peft.
 *
 *     node bench/parity/record-runs.ts [--python .tools/python/bin/python] [--out packages/engine/src/parity/fixtures/runs/recorded-runs]
 */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { adaptedLinears } from '@lathe/engine/internal/adapt/targets';
import { decoderNames } from '@lathe/engine/internal/families/decoder-families';
import { encoderNames } from '@lathe/engine/internal/families/encoder-names';
import { families } from '@lathe/engine/internal/parity/family-tasks';
import {
  type RecordedRun,
  recordedRuns,
  recordedRunsFile,
  recordedTraining,
} from '@lathe/engine/internal/parity/recorded-runs';
import { createModelState, type ModelState } from '@lathe/engine/internal/trained/model-state';
import { writeSafetensors } from '@lathe/engine/safetensors';

const { values } = parseArgs({
  options: {
    python: { type: 'string', default: '.tools/python/bin/python' },
    out: { type: 'string', default: recordedRunsFile },
    only: { type: 'string', default: '' },
  },
});

const folder = await mkdtemp(path.join(tmpdir(), 'lathe-record-'));
const cases: object[] = [];
for (const family of families)
  for (const recorded of await recordedRuns(family))
    if (recorded.name.includes(values.only)) cases.push(await describe(recorded));
await writeFile(path.join(folder, 'cases.json'), JSON.stringify(cases));
await mkdir(path.dirname(values.out), { recursive: true });
const script = path.join(import.meta.dirname, '..', 'reference', 'runs.py');
execFileSync(values.python, [script, folder, values.out], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
await rm(folder, { recursive: true });

/** What runs.py is told of a run. */
async function describe({ name, objective, run }: RecordedRun): Promise<object> {
  const { model, settings, examples } = run;
  const { config } = model;
  const { task } = run.objective;
  const state = await createModelState(run);
  const start = path.join(folder, `${cases.length}.safetensors`);
  await writeStart(start, state);
  const { adaptation: method } = settings;
  const isClassifier =
    task?.kind === 'sequence-classification' || task?.kind === 'token-classification';
  const embedding =
    config.kind === 'decoder' ? decoderNames(config).embedding : encoderNames(config).words;
  const scaled = state.adaptation.added.filter((tensor) => tensor.name.endsWith('.ia3_l'));
  const module = (tensor: { readonly name: string }) => tensor.name.slice(0, -'.ia3_l'.length);
  return {
    name,
    objective,
    kind: config.kind,
    base: model.path,
    start,
    task: task?.kind ?? 'causal-lm',
    labels: isClassifier ? task.labels : null,
    problem: task?.kind === 'sequence-classification' ? task.problem : null,
    method,
    modules:
      method.type === 'lora'
        ? adaptedLinears(config, method.targets).map((linear) => linear.module)
        : scaled.map(module),
    // Vectors along the inputs of a layer lie in one row.
    feedForward: scaled.filter(({ shape }) => shape[0] === 1).map(module),
    embedding,
    parameters: state.parameters.map((parameter) => ({
      name: parameter.name,
      decays: parameter.decays,
      rate: parameter.rate ?? 1,
    })),
    training: { ...recordedTraining, learningRate: settings.learningRate },
    examples: examples.map(plain),
  };
}

async function writeStart(file: string, { state, parameters, adaptation }: ModelState) {
  const trained = parameters.map(({ name, shape }) => ({
    name,
    shape,
    data: state.tensors.get(name) as Float32Array,
  }));
  const fixed = adaptation.fixed.flatMap(({ name, shape, data }) =>
    data instanceof Float32Array ? [{ name, shape, data }] : [],
  );
  await writeSafetensors(
    file,
    [...trained, ...fixed].map((tensor) => ({ ...tensor, dtype: 'F32' as const })),
  );
}

/** An example with lists in place of typed arrays. */
function plain(example: object): object {
  return Object.fromEntries(
    Object.entries(example).map(([key, value]) => [
      key,
      ArrayBuffer.isView(value) ? [...(value as Int32Array)] : (value as unknown),
    ]),
  );
}
