/**
 * Trains SmolLM2-135M one epoch on rows of real data sets, with this engine and with TRL's SFTTrainer, in turn: the same rows in the same
 * tokens, of which the same are learned; prints seconds an epoch, and how the gain divides.
 *
 *     npm run bench:real -- --data <folder of data sets> [--set banking77] [--rows 48] [--method lora|full] [--rounds 1]
 *         [--model .tools/real-models/smollm2-135m] [--threads 2] [--alone] [--out <file>]
 *
 * The model comes from `npm run models:get`; TRL is looked for in .tools/python (bench/reference/decoders.py says how to make it).
 * `--alone` leaves TRL out, and tells only how Lathe's own gain divides. TRL batches rows in three ways (bench/reference/sft_epoch.py), of which the fastest is what Lathe is compared with.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withKeptMemory } from '@lathe/engine/allocator';
import { cpuSessions } from '@lathe/engine/cpu-binding';
import { loadEncoders } from '@lathe/engine/encoders';
import { encodeCompletion } from '@lathe/tokenizer/completion-example';
import { runForJson } from '../child.ts';
import { type DataSet, dataSets } from './data-sets.ts';
import { batchSize, type EpochResult, type TokenRows } from './work.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    set: { type: 'string' },
    rows: { type: 'string', default: '48' },
    method: { type: 'string', default: 'lora' },
    rounds: { type: 'string', default: '1' },
    threads: { type: 'string', default: '2' },
    model: { type: 'string', default: join(root, '.tools', 'real-models', 'smollm2-135m') },
    python: { type: 'string', default: join(root, '.tools', 'python', 'bin', 'python') },
    /** Without the other program. */
    alone: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const { data } = values;
if (data === undefined) throw new Error('--data names the folder that holds banking77, gsm8k, …');
// The first step is not counted, since it asks for memory that the others have.
if (!(Number(values.rows) > batchSize))
  throw new Error(`--rows is ${values.rows}; more than ${batchSize} make more than one step.`);

/** Largest relative difference of the mean losses at which both programs count as doing the same work. */
const sameWork = 0.01;

/** TRL's ways, by what they are called here, where Lathe packs rows too. */
const trl = { 'TRL padded': 'padded', 'TRL grouped': 'grouped', 'TRL packed': 'packed' } as const;
const ways: Readonly<Record<string, string>> = values.alone ? {} : trl;
/** This engine as it is, and with less and less of what makes it faster; our own kernels count where they are built. */
const { kernels } = await cpuSessions({ binding: 'c-api', kernels: 'auto' });
const plain = ['--no-sharing', '--no-packing', '--whole-head'];
const lathe = {
  shared: [],
  packed: ['--no-sharing'],
  'one row a window': ['--no-sharing', '--no-packing'],
  'and the head at every token': plain,
  ...(kernels === undefined
    ? {}
    : { 'and products by ONNX Runtime': [...plain, '--kernels', 'off'] }),
};

const work = await mkdtemp(join(tmpdir(), 'lathe-real-'));
const lines = [
  `| rows | tokens, learned | ${Object.keys(ways).join(' | ')} | Lathe | times TRL's best | shared prompts | packing | head at learned tokens | own kernels | the step itself |`,
  `| --- | --- | ${Object.keys(ways)
    .map(() => '---')
    .join(' | ')} | --- | --- | --- | --- | --- | --- | --- |`,
];
for (const set of dataSets) {
  if (values.set !== undefined && set.name !== values.set) continue;
  lines.push(await measure(set, data));
  console.error(lines.at(-1));
}
await rm(work, { recursive: true });
console.log(lines.join('\n'));
if (values.out !== undefined) await writeFile(values.out, `${lines.join('\n')}\n`);

/** Runs every way in turn, so that all see the same weather, and takes the best round of each. */
async function measure(set: DataSet, folder: string): Promise<string> {
  const rows = await tokenRows(set, folder);
  const file = join(work, `${set.name}.json`);
  await writeFile(file, JSON.stringify(rows));
  const found = new Map<string, EpochResult>();
  const keep = (name: string, result: EpochResult): void => {
    console.error(`${set.name}, ${name}: ${result.seconds.toFixed(1)} s`);
    if (result.seconds < (found.get(name)?.seconds ?? Number.POSITIVE_INFINITY))
      found.set(name, result);
  };
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, flags] of Object.entries(lathe)) keep(name, await ownEpoch(file, flags));
    for (const [name, batching] of Object.entries(ways)) keep(name, await trlEpoch(file, batching));
  }
  tellOnce(found);
  const of = (name: string): EpochResult => found.get(name) as EpochResult;
  checkSameWork(set.name, of('shared'), of(values.alone ? 'packed' : 'TRL padded'));
  const seconds = (name: string): number => found.get(name)?.seconds ?? Number.NaN;
  const own = seconds('shared');
  const packed = seconds('packed');
  const alone = seconds('one row a window');
  const whole = seconds('and the head at every token');
  const products = kernels === undefined ? whole : seconds('and products by ONNX Runtime');
  const best = Math.min(...Object.keys(ways).map(seconds));
  const lengths = rows.tokens.map((ids) => ids.length);
  const sum = lengths.reduce((total, length) => total + length, 0);
  const factors = (times: readonly number[]): string[] =>
    times.map((factor) => (Number.isFinite(factor) ? factor.toFixed(2) : ''));
  const inSeconds = (name: string): string =>
    found.has(name) ? `${seconds(name).toFixed(1)} s` : '';
  return `| ${[
    `${set.title}: ${lengths.length}, of ${Math.min(...lengths)} to ${Math.max(...lengths)} tokens`,
    `${sum}, ${of('shared').supervisedTokens}`,
    ...[...Object.keys(ways), 'shared'].map(inSeconds),
    ...factors([best / own, packed / own, alone / packed, whole / alone]),
    ...factors([products / whole, best / products]),
  ].join(' | ')} |`;
}

/** Where sharing or packing changes nothing, the ways are one, and the difference of their times is the machine's. */
function tellOnce(found: Map<string, EpochResult>): void {
  const kept = ['shared', 'packed', 'one row a window'];
  const best = new Map<string, EpochResult>();
  for (const name of kept) {
    const result = found.get(name) as EpochResult;
    const known = best.get(result.plan ?? name);
    if (known === undefined || result.seconds < known.seconds)
      best.set(result.plan ?? name, result);
  }
  for (const name of kept) {
    const { plan } = found.get(name) as EpochResult;
    found.set(name, best.get(plan ?? name) as EpochResult);
  }
}

async function tokenRows(set: DataSet, folder: string): Promise<TokenRows> {
  const { tokenizer, endOfText = 0 } = await loadEncoders(values.model);
  const encoded = (await set.read(folder, Number(values.rows))).map((pair) =>
    encodeCompletion(tokenizer, { ...pair, eos: endOfText }),
  );
  return {
    tokens: encoded.map(({ tokens }) => [...tokens]),
    supervised: encoded.map(({ supervised }) => [...supervised]),
  };
}

function common(file: string): string[] {
  const { model, method, threads } = values;
  return ['--rows', file, '--model', model, '--method', method, '--threads', threads];
}

function ownEpoch(file: string, flags: readonly string[]): Promise<EpochResult> {
  const program = join(root, 'bench', 'real', 'epoch.ts');
  // As a worker starts its engines.
  const env = withKeptMemory(process.env);
  return runForJson(process.execPath, [program, ...common(file), ...flags], { env });
}

function trlEpoch(file: string, batching: string): Promise<EpochResult> {
  const program = join(root, 'bench', 'reference', 'sft_epoch.py');
  const flags = ['--batch', String(batchSize), '--batching', batching];
  return runForJson(values.python, [program, ...common(file), ...flags]);
}

function checkSameWork(name: string, own: EpochResult, other: EpochResult): void {
  if (own.supervisedTokens !== other.supervisedTokens)
    throw new Error(
      `${name}: Lathe learned ${own.supervisedTokens} tokens, TRL ${other.supervisedTokens}`,
    );
  if (!(Math.abs(own.loss - other.loss) <= sameWork * other.loss))
    throw new Error(`${name}: Lathe's mean loss is ${own.loss}, TRL's ${other.loss}`);
}
