/**
 * `node bench/parity/one-folder.ts --model <folder> [--adapter <PEFT folder>] [--python <interpreter>]`:
 * runs the same text through Lathe and through transformers (and peft), and prints the largest
 * difference of their logits. Needs Python with torch, transformers and peft; users do not.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { cpuDevice } from '@lathe/engine/cpu';
import { Decoder } from '@lathe/engine/internal/generate/decoder';
import { servedAdapter } from '@lathe/engine/internal/generate/served-adapter';
import { serveWeights } from '@lathe/engine/internal/generate/weights';
import { openModelFolder } from '@lathe/engine/model-folder';
import { readServedAdapter } from '@lathe/engine/peft-virtual';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';

const most = 1e-4;
const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    adapter: { type: 'string' },
    python: { type: 'string', default: '.tools/python/bin/python' },
    text: { type: 'string', default: 'My parcel has not arrived and the tracking number fails.' },
  },
});
if (values.model === undefined) {
  console.error('usage: node bench/parity/one-folder.ts --model <folder> [--adapter <folder>]');
  process.exit(2);
}

const model = await openModelFolder(values.model);
const tokens = (await loadTokenizer(values.model)).encode(values.text);
const weights = await serveWeights(model);
const maxContext = model.config.maxPositions;
const decoder = new Decoder({ model, weights, device: cpuDevice(), maxContext, maxRows: 1 });
const { layers: adapter, virtual } =
  values.adapter === undefined ? {} : servedAdapter(model, await readServedAdapter(values.adapter));
const cache = decoder.createCache();
const slot = cache.open();

const folder = await mkdtemp(path.join(tmpdir(), 'lathe-parity-'));
const out = path.join(folder, 'logits');
const script = path.join(import.meta.dirname, '..', 'reference', 'check_adapter.py');
execFileSync(values.python, [
  script,
  ...['--model', values.model, '--tokens', tokens.join(), '--out', out],
  ...(values.adapter === undefined ? [] : ['--adapter', values.adapter]),
]);
const bytes = await readFile(out);
await rm(folder, { recursive: true });

let largest = 0;
let scale = 0;
for (const [at, token] of tokens.entries()) {
  const logits = await decoder.prefill(cache, { slot, tokens: [token], adapter, virtual });
  for (const [id, logit] of logits.entries()) {
    const reference = bytes.readFloatLE(4 * (at * logits.length + id));
    largest = Math.max(largest, Math.abs(logit - reference));
    scale = Math.max(scale, Math.abs(reference));
  }
}
await decoder.dispose();
console.log(
  `${tokens.length} tokens, logits up to ${scale.toFixed(1)}: largest difference ${largest.toExponential(2)}`,
);
process.exitCode = largest < most ? 0 : 1;
