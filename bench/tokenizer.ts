/**
 * Speed of the tokenizer against @huggingface/tokenizers on the same texts in the same process:
 * `node bench/tokenizer.ts [file …]`. Texts are the project's own Markdown and TypeScript unless files are given.
 */
import { globSync, readFileSync } from 'node:fs';
import { Tokenizer as PeerTokenizer } from '@huggingface/tokenizers';
import { createTokenizer } from '@lathe/tokenizer/tokenizer';
import { trainByteLevelBpe } from '@lathe/tokenizer/train-bpe';

const given = process.argv.slice(2);
const files =
  given.length > 0 ? given : globSync(['*.md', '{packages,services,docs}/**/*.{md,ts}']).sort();
// Paragraphs, as rows of a dataset would be: one long text would hide the cost of a call.
const texts = files.flatMap((file) => readFileSync(file, 'utf8').split(/(?<=\n\n)/));
const megabytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6;

const trainingStart = performance.now();
const json = trainByteLevelBpe(texts, { vocabularySize: 8192, specialTokens: ['<|end|>'] });
const trainingSeconds = (performance.now() - trainingStart) / 1000;
console.log(
  `${texts.length} texts, ${megabytes.toFixed(2)} MB; 8192 tokens trained in ${trainingSeconds.toFixed(2)} s`,
);

const peer = new PeerTokenizer(json, {});
const rounds = 5;
/** The peer always reads special tokens in a text, so ours does here too. */
const options = { special: true };

/** Each round of ours has a fresh tokenizer, so that its word cache is empty as on a new process. */
const contestants = {
  'ours, empty cache': () => {
    const fresh = createTokenizer(json);
    return () => count((text) => fresh.encode(text, options));
  },
  'ours, warm cache': () => {
    const warm = createTokenizer(json);
    count((text) => warm.encode(text, options));
    return () => count((text) => warm.encode(text, options));
  },
  'ours, with offsets': () => {
    const warm = createTokenizer(json);
    return () => count((text) => warm.encodeWithOffsets(text, options).tokens);
  },
  '@huggingface/tokenizers': () => () =>
    count((text) => peer.encode(text, { add_special_tokens: false }).ids),
};

function count(encode: (text: string) => readonly number[]): number {
  let tokens = 0;
  for (const text of texts) tokens += encode(text).length;
  return tokens;
}

const speeds = new Map<string, number[]>();
const totals = new Set<number>();
// Rounds alternate, so that a slow moment of the machine hits all of them.
for (let round = 0; round < rounds; round++) {
  for (const [name, prepare] of Object.entries(contestants)) {
    const run = prepare();
    const start = performance.now();
    totals.add(run());
    const speed = megabytes / ((performance.now() - start) / 1000);
    speeds.set(name, [...(speeds.get(name) ?? []), speed]);
  }
}
if (totals.size !== 1) throw new Error(`the token counts differ: ${[...totals].join(', ')}`);

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
const base = median(speeds.get('@huggingface/tokenizers') ?? []);
for (const [name, values] of speeds) {
  const speed = median(values);
  console.log(
    `${name.padEnd(26)} ${speed.toFixed(1).padStart(6)} MB/s   ratio ${(speed / base).toFixed(1)}`,
  );
}
