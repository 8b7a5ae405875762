/**
 * Answers requests with this engine and prints what it measured as JSON; bench/decode/main.ts runs it.
 *
 *     node bench/decode/lathe-run.ts --model <folder> --adapters <folder> --threads <n>
 */
import { parseArgs } from 'node:util';
import { cpuDevice } from '@lathe/engine/cpu';
import { openGenerator } from '@lathe/engine/generator';
import { openModelFolder } from '@lathe/engine/model-folder';
import { readPeftAdapter } from '@lathe/engine/peft';
import {
  answerTokens,
  concurrencies,
  type DecodeResult,
  makeAdapters,
  mostAdapters,
  promptOf,
  promptTokens,
} from './workload.ts';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: '' },
    adapters: { type: 'string', default: '' },
    threads: { type: 'string', default: '2' },
  },
});
const model = await openModelFolder(values.model);
const generator = await openGenerator({
  model,
  device: cpuDevice({ threads: Number(values.threads) }),
  maxContext: promptTokens + answerTokens,
  maxRows: mostAdapters,
});
for (const [at, folder] of (await makeAdapters(model, values.adapters)).entries())
  generator.loadAdapter(`a${at}`, await readPeftAdapter(folder));

async function answer(request: number, started: number) {
  const tokens: number[] = [];
  let firstToken = Number.NaN;
  const stream = generator.generate({
    tokens: promptOf(request, model.config.vocabularySize),
    maxTokens: answerTokens,
    stopTokens: [],
    // Answers are of one length: their ends are ruled out, as they are there.
    logitBias: new Map(model.config.eosTokens.map((token) => [token, Number.NEGATIVE_INFINITY])),
    adapter: `a${request}`,
  });
  for await (const { token } of stream) {
    if (tokens.length === 0) firstToken = (performance.now() - started) / 1000;
    tokens.push(token);
  }
  return { tokens, firstToken };
}

async function measure(requests: number): Promise<DecodeResult> {
  const started = performance.now();
  const answers = await Promise.all(
    Array.from({ length: requests }, (_, request) => answer(request, started)),
  );
  return {
    requests,
    seconds: (performance.now() - started) / 1000,
    firstToken: answers.reduce((sum, each) => sum + each.firstToken, 0) / requests,
    answer: answers[0]?.tokens.slice(0, 8) ?? [],
  };
}

// The first answers compile the graphs and warm the caches.
await measure(1);
await measure(2);
const results: DecodeResult[] = [];
for (const requests of concurrencies) results.push(await measure(requests));
await generator.dispose();
console.log(JSON.stringify(results));
