/**
 * Answers the same requests with this engine and with PyTorch (transformers and peft), in turn, and prints tokens per
 * second, the time to the first token, and ratios: requests with an adapter of their own on one base, and requests to
 * the base whose prompts begin alike, with and without what the engine keeps of them.
 *
 *     npm run bench:decode [-- --rounds 2] [--threads 2] [--most 64] [--only SmolLM2-135M] [--way shared] [--clock processor] [--kernels auto] [--out <file>]
 *
 * On a busy machine `--clock processor --threads 1` tells the processor's time instead of that on the wall.
 *
 * PyTorch is looked for in .tools/python (bench/reference/decoders.py says how to make it); without it only this
 * engine runs. Ratios above 1 mean that Lathe is faster.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openModelFolder } from '@lathe/engine/model-folder';
import { runForJson } from '../child.ts';
import { benchCases } from '../engine/cases.ts';
import { makeModel } from '../engine/make-model.ts';
import {
  answerTokens,
  batchesOf,
  concurrencies,
  type DecodeResult,
  makeAdapters,
  ownTokens,
  sharedTokens,
} from './workload.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '2' },
    threads: { type: 'string', default: '2' },
    most: { type: 'string', default: String(concurrencies.at(-1)) },
    only: { type: 'string' },
    way: { type: 'string' },
    clock: { type: 'string', default: 'wall' },
    kernels: { type: 'string', default: 'off' },
    models: { type: 'string', default: join(root, '.tools', 'bench-models') },
    python: { type: 'string', default: join(root, '.tools', 'python', 'bin', 'python') },
    out: { type: 'string' },
  },
});
const shape = benchCases.find(({ name }) => name === 'smollm2-135m-lora');
if (shape === undefined) throw new Error('the shape of SmolLM2 is not among the cases');
const models = [
  { title: 'lathe-tiny', folder: join(root, 'models', 'lathe-tiny') },
  { title: 'SmolLM2-135M', folder: await makeModel(values.models, shape) },
].filter(({ title }) => values.only === undefined || title === values.only);
const hasPython = existsSync(values.python);
if (!hasPython) console.error('PyTorch is not there (.tools/python): only Lathe is measured');

const own = [
  '| model | requests | Lathe tokens/s | PyTorch tokens/s | ratio | Lathe first token | PyTorch first token | ratio |',
  '| --- | --- | --- | --- | --- | --- | --- | --- |',
];
const shared = [
  '| model | requests | tokens/s: known | alike | nothing kept | PyTorch | first token: known | alike | nothing kept | PyTorch |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
];
for (const { title, folder } of models) {
  const model = await openModelFolder(folder);
  const adapters = join(values.models, `adapters-${title.toLowerCase()}`);
  await makeAdapters(model, adapters);
  const { vocabularySize } = model.config;
  const batches = (['adapters', 'shared'] as const)
    .filter((way) => values.way === undefined || way === values.way)
    .flatMap((way) => batchesOf(way, vocabularySize, Number(values.most)));
  const common = [
    ...['--model', folder, '--adapters', adapters],
    ...['--threads', values.threads, '--clock', values.clock],
  ];
  const lathe: DecodeResult[] = [];
  const torch: DecodeResult[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const program = join(root, 'bench', 'decode', 'lathe-run.ts');
    const input = JSON.stringify(batches);
    lathe.push(
      ...(await runForJson<DecodeResult[]>(
        process.execPath,
        [program, ...common, '--kernels', values.kernels],
        { input },
      )),
    );
    if (!hasPython) continue;
    const reference = join(root, 'bench', 'reference', 'bench_decode.py');
    const work = JSON.stringify({ batches, answerTokens });
    torch.push(
      ...(await runForJson<DecodeResult[]>(values.python, [reference, ...common], { input: work })),
    );
  }
  for (const { way, requests } of batches) {
    const of = (results: readonly DecodeResult[], kept: DecodeResult['kept']) =>
      best(
        results.filter(
          (one) => [one.way, one.requests, one.kept].join() === [way, requests, kept].join(),
        ),
      );
    const plain = of(lathe, 'nothing');
    const other = hasPython ? of(torch, 'nothing') : undefined;
    const kept = way === 'shared' ? [of(lathe, 'again'), of(lathe, 'first')] : [];
    for (const each of [other, kept[1]])
      if (each !== undefined && each.answer.join() !== plain.answer.join())
        throw new Error(`${title}, ${requests} ${way}: ${each.answer} beside ${plain.answer}`);
    const told = way === 'shared' ? [...kept, plain, other] : [];
    const cells =
      way === 'shared'
        ? [...told.map(rateOf), ...told.map(firstOf)]
        : [
            ...[rateOf(plain), rateOf(other), ratio(plain.rate, other?.rate)],
            ...[firstOf(plain), firstOf(other), ratio(other?.firstToken, plain.firstToken)],
          ];
    const table = way === 'shared' ? shared : own;
    table.push(`| ${[title, requests, ...cells].join(' | ')} |`);
    console.log(table.at(-1));
  }
}
const clock = values.clock === 'wall' ? '' : ', seconds of the processor';
const how = `${answerTokens} tokens of answer, greedy; ${values.threads} threads${clock}; the best of ${values.rounds} rounds.`;
const report = `Each request with an adapter of its own, 64 with 16 adapters: ${ownTokens} tokens of prompt, ${how}

${own.join('\n')}

Requests to the base model whose prompts begin with the same ${sharedTokens} tokens, each with ${ownTokens} more of its own; ${how}
"Known": the shared tokens were read before; "alike": the requests come together and nothing of them is known; "nothing kept": the same with
no prefix cache. PyTorch reads all prompts whole.

${shared.join('\n')}
`;
console.log(`\n${report}`);
if (values.out !== undefined) await writeFile(values.out, report);

type Best = {
  readonly rate: number;
  readonly firstToken: number;
  readonly answer: readonly number[];
};

function best(found: readonly DecodeResult[]): Best {
  const [{ requests, answer } = { requests: 0, answer: [] }] = found;
  const seconds = Math.min(...found.map((result) => result.seconds));
  const firstToken = Math.min(...found.map((result) => result.firstToken));
  return { rate: (requests * answerTokens) / seconds, firstToken, answer };
}

function rateOf(of: Best | undefined): string {
  return of === undefined ? '-' : of.rate.toFixed(0);
}

function firstOf(of: Best | undefined): string {
  return of === undefined ? '-' : `${(1000 * of.firstToken).toFixed(0)} ms`;
}

function ratio(a: number | undefined, b: number | undefined): string {
  return a === undefined || b === undefined ? '-' : (a / b).toFixed(2);
}
