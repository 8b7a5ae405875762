/**
 * Answers the same requests with this engine and with PyTorch (transformers and peft), in turn, each request with
 * an adapter of its own on one base, and prints tokens per second, the time to the first token, and ratios.
 *
 *     npm run bench:decode [-- --rounds 2] [--threads 2] [--out <file>]
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
  concurrencies,
  type DecodeResult,
  makeAdapters,
  mostAdapters,
  promptOf,
  promptTokens,
} from './workload.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '2' },
    threads: { type: 'string', default: '2' },
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
];
const hasPython = existsSync(values.python);
if (!hasPython) console.error('PyTorch is not there (.tools/python): only Lathe is measured');

const lines = [
  '| model | requests | Lathe tokens/s | PyTorch tokens/s | ratio | Lathe first token | PyTorch first token | ratio |',
  '| --- | --- | --- | --- | --- | --- | --- | --- |',
];
for (const { title, folder } of models) {
  const model = await openModelFolder(folder);
  const adapters = join(values.models, `adapters-${title.toLowerCase()}`);
  await makeAdapters(model, adapters);
  const prompts = Array.from({ length: mostAdapters }, (_, request) =>
    promptOf(request, model.config.vocabularySize),
  );
  const work = JSON.stringify({ prompts, answerTokens, concurrencies });
  const common = ['--model', folder, '--adapters', adapters, '--threads', values.threads];
  const lathe: DecodeResult[][] = [];
  const torch: DecodeResult[][] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    lathe.push(
      await runForJson<DecodeResult[]>(process.execPath, [
        join(root, 'bench', 'decode', 'lathe-run.ts'),
        ...common,
      ]),
    );
    if (hasPython)
      torch.push(
        await runForJson<DecodeResult[]>(
          values.python,
          [join(root, 'bench', 'reference', 'bench_decode.py'), ...common],
          { input: work },
        ),
      );
  }
  for (const requests of concurrencies) {
    const own = best(lathe, requests);
    const other = hasPython ? best(torch, requests) : undefined;
    if (other !== undefined && other.answer.join() !== own.answer.join())
      throw new Error(`${title}: Lathe answers ${own.answer}, PyTorch ${other.answer}`);
    lines.push(`| ${[title, requests, ...cells(own, other)].join(' | ')} |`);
    console.log(lines.at(-1));
  }
}
const head = `${promptTokens} tokens of prompt, ${answerTokens} of answer, greedy; ${values.threads} threads; the best of ${values.rounds} rounds.`;
console.log(`\n${head}\n\n${lines.join('\n')}`);
if (values.out !== undefined) await writeFile(values.out, `${head}\n\n${lines.join('\n')}\n`);

function best(rounds: readonly DecodeResult[][], requests: number) {
  const found = rounds.flatMap((round) => round.filter((result) => result.requests === requests));
  const seconds = Math.min(...found.map((result) => result.seconds));
  const firstToken = Math.min(...found.map((result) => result.firstToken));
  return {
    rate: (requests * answerTokens) / seconds,
    firstToken,
    answer: found[0]?.answer ?? [],
  };
}

type Best = ReturnType<typeof best>;

function cells(own: Best, other: Best | undefined): string[] {
  const milliseconds = (seconds: number): string => `${(1000 * seconds).toFixed(0)} ms`;
  if (other === undefined)
    return [own.rate.toFixed(0), '-', '-', milliseconds(own.firstToken), '-', '-'];
  return [
    own.rate.toFixed(0),
    other.rate.toFixed(0),
    (own.rate / other.rate).toFixed(2),
    milliseconds(own.firstToken),
    milliseconds(other.firstToken),
    (other.firstToken / own.firstToken).toFixed(2),
  ];
}
