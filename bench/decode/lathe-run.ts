/**
 * Answers requests with this engine and prints what it measured as JSON; bench/decode/main.ts runs it.
 *
 *     node bench/decode/lathe-run.ts --model <folder> --adapters <folder> --threads <n> --clock <wall|processor> \
 *         [--binding auto|c-api|node] [--kernels off|auto|avx512|avx2|neon|plain] < <JSON: batches>
 */
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { type Generator, openGenerator } from '@lathe/engine/generator';
import { openModelFolder } from '@lathe/engine/model-folder';
import { readPeftAdapter } from '@lathe/engine/peft';
import { PrefixMemory } from '@lathe/engine/prefix-memory';
import { serveWeights } from '@lathe/engine/served-weights';
import { askedDevice } from '../asked-device.ts';
import {
  answerTokens,
  type Batch,
  concurrencies,
  type DecodeResult,
  makeAdapters,
  ownTokens,
  sharedTokens,
  sharing,
} from './workload.ts';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: '' },
    adapters: { type: 'string', default: '' },
    threads: { type: 'string', default: '2' },
    clock: { type: 'string', default: 'wall' },
    /** How ONNX Runtime is called, and whose products are used; by default as a service that answers does. */
    binding: { type: 'string', default: 'auto' },
    kernels: { type: 'string', default: 'off' },
  },
});
/** Seconds; of the processor they say on a busy machine what one thread takes on a quiet one. */
function now(): number {
  if (values.clock === 'wall') return performance.now() / 1000;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
const batches = JSON.parse(await text(process.stdin)) as readonly Batch[];
const model = await openModelFolder(values.model);
const options = {
  model,
  weights: await serveWeights(model),
  device: await askedDevice({ ...values, profile: undefined }),
  maxContext: sharedTokens + ownTokens + answerTokens,
  maxRows: Math.max(...concurrencies),
};
const plain = await openGenerator(options);
const keeping = await openGenerator({ ...options, prefixes: new PrefixMemory(2 ** 30) });
for (const [at, folder] of (await makeAdapters(model, values.adapters)).entries())
  plain.loadAdapter(`a${at}`, await readPeftAdapter(folder));

async function answer(
  generator: Generator,
  { tokens: prompt, adapter }: { readonly tokens: readonly number[]; readonly adapter?: string },
  started: number,
) {
  const tokens: number[] = [];
  let firstToken = Number.NaN;
  const stream = generator.generate({
    tokens: prompt,
    maxTokens: answerTokens,
    stopTokens: [],
    // Answers are of one length: their ends are ruled out, as they are there.
    logitBias: new Map(model.config.eosTokens.map((token) => [token, Number.NEGATIVE_INFINITY])),
    ...(adapter && { adapter }),
  });
  for await (const { token } of stream) {
    if (tokens.length === 0) firstToken = now() - started;
    tokens.push(token);
  }
  return { tokens, firstToken };
}

async function measure(
  { way, requests, prompts, adapters }: Batch,
  generator: Generator,
  kept: DecodeResult['kept'] = 'nothing',
): Promise<DecodeResult> {
  const started = now();
  const answers = await Promise.all(
    prompts.map((tokens, request) => {
      const adapter = adapters[request];
      return answer(generator, { tokens, ...(adapter !== undefined && { adapter }) }, started);
    }),
  );
  return {
    ...{ way, requests, kept },
    seconds: now() - started,
    firstToken: answers.reduce((sum, each) => sum + each.firstToken, 0) / requests,
    answer: answers[0]?.tokens.slice(0, 8) ?? [],
  };
}

// The first answers compile the graphs and warm the caches; two prompts are no batch that is measured.
const { vocabularySize } = model.config;
const warming = sharing(2, 0, vocabularySize);
const warm = { way: 'shared', requests: 2, prompts: warming, adapters: [] } as const;
for (const adapters of [['a0'], ['a0', 'a1']]) {
  const prompts = adapters.map((_, at) => (warming[at] ?? []).slice(sharedTokens));
  await measure({ ...warm, prompts, adapters }, plain);
}
for (const generator of [plain, keeping]) await measure(warm, generator);
const results: DecodeResult[] = [];
for (const batch of batches) {
  results.push(await measure(batch, plain));
  if (batch.way === 'adapters') continue;
  results.push(await measure(batch, keeping, 'first'));
  const prompts = sharing(batch.requests, 1, vocabularySize);
  results.push(await measure({ ...batch, prompts }, keeping, 'again'));
}
await plain.dispose();
await keeping.dispose();
console.log(JSON.stringify(results));
