/**
 * Trains the cases of bench:engine with this checkout and with another one of this repository, in turn, and prints
 * the ratio of their speeds: what a change costs. Above 1 means that this checkout is faster. Without another one, it
 * compares two ways of calling ONNX Runtime: above 1 means that its C API is faster than its package for Node. With
 * `--kernels` it compares two products of matrices by the C API: above 1 means that our own kernels are faster. With `--padding`
 * it compares ONNX Runtime's products of models whose widths are multiples of 1024: above 1 means that padded ones are faster.
 *
 *     npm run bench:turns -- [--before <folder of the other checkout>] [--case <name>] [--rounds 5] [--threads 2]
 *         [--kernels auto|avx512|avx2|neon|plain] [--padding]
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withKeptMemory } from '@lathe/engine/allocator';
import { runForJson } from '../child.ts';
import { type BenchResult, benchCases, wideCases } from './cases.ts';
import { makeModel } from './make-model.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    before: { type: 'string' },
    case: { type: 'string' },
    kernels: { type: 'string' },
    padding: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    models: { type: 'string', default: join(root, '.tools', 'bench-models') },
  },
});

/** What is trained with: a checkout, and how it calls ONNX Runtime where that is compared. */
type Program = { readonly checkout: string; readonly flags: readonly string[] };

const by = (binding: string, kernels: string, padding = 'off'): Program => ({
  checkout: root,
  flags: ['--binding', binding, '--kernels', kernels, '--padding', padding],
});
const [earlier, now]: readonly [Program, Program] =
  values.before !== undefined
    ? [
        { checkout: values.before, flags: [] },
        { checkout: root, flags: [] },
      ]
    : values.padding
      ? [by('node', 'off'), by('node', 'off', 'on')]
      : values.kernels === undefined
        ? [by('node', 'off'), by('c-api', 'off')]
        : [by('c-api', 'off'), by('c-api', values.kernels)];
// Of the others BERT alone has such a width, in its feed-forward layers.
const widths = [...wideCases, ...benchCases.filter(({ name }) => name.startsWith('bert-'))];
const cases = values.padding ? widths : benchCases;

console.log(
  '| model and method | ratio of each round | best against best | processor time | memory | losses |',
);
console.log('| --- | --- | --- | --- | --- | --- |');
await mkdir(values.models, { recursive: true });
for (const entry of cases) {
  if (values.case !== undefined && entry.name !== values.case) continue;
  const model = await makeModel(values.models, entry);
  const train = ({ checkout, flags }: Program): Promise<BenchResult> =>
    runForJson<BenchResult>(
      process.execPath,
      [
        join(checkout, 'bench', 'engine', 'lathe-run.ts'),
        ...['--case', entry.name, '--model', model, '--threads', values.threads, ...flags],
      ],
      { env: withKeptMemory(process.env) },
    );
  const rounds: { readonly earlier: BenchResult; readonly now: BenchResult }[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    // Who is first changes, so that neither always follows the other's heat.
    const [first, second] = round % 2 === 0 ? [earlier, now] : [now, earlier];
    const [a, b] = [await train(first), await train(second)];
    rounds.push(round % 2 === 0 ? { earlier: a, now: b } : { earlier: b, now: a });
  }
  const ratios = rounds.map(({ earlier, now }) => (seconds(earlier) / seconds(now)).toFixed(3));
  const best = (of: 'earlier' | 'now'): number =>
    Math.min(...rounds.map((round) => seconds(round[of])));
  const least = (of: 'earlier' | 'now'): number =>
    Math.min(...rounds.map((round) => round[of].peakBytes));
  const same = rounds.every(({ earlier, now }) => String(earlier.losses) === String(now.losses));
  const speed = (best('earlier') / best('now')).toFixed(3);
  const busy = (of: 'earlier' | 'now'): number =>
    Math.min(...rounds.map((round) => round[of].processorSeconds ?? Number.NaN));
  const processor = (busy('earlier') / busy('now')).toFixed(3);
  const memory = (least('now') / least('earlier')).toFixed(2);
  const cells = [entry.title, ratios.join(', '), speed, processor, memory];
  console.log(`| ${[...cells, same ? 'the same bits' : 'differ'].join(' | ')} |`);
}

/** The median step. */
function seconds({ seconds: steps }: BenchResult): number {
  return steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? Number.NaN;
}
