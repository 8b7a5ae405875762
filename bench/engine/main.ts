/**
 * Trains the same models on the same data with this engine and with PyTorch (transformers and peft), in turn,
 * and prints tokens per second, peak memory and their ratios; PyTorch eager and compiled, what compiling takes apart.
 *
 *     npm run bench:engine [-- --case <name>] [--rounds 2] [--threads 2] [--models <folder>] [--compile default|max-autotune|none]
 *         [--binding auto|c-api|node] [--kernels auto|avx512|avx2|neon|plain|off] [--out <file>]
 *
 * PyTorch is looked for in .tools/python (bench/reference/decoders.py says how to make it); without it only
 * this engine runs. Ratios above 1 mean that Lathe is faster; memory below 1 that it takes less.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withKeptMemory } from '@lathe/engine/allocator';
import { runForJson } from '../child.ts';
import { type BenchCase, type BenchResult, benchCases } from './cases.ts';
import { makeModel } from './make-model.ts';
import { type MatmulPeak, matmulPeak } from './matmul-peak.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    case: { type: 'string' },
    rounds: { type: 'string', default: '2' },
    threads: { type: 'string', default: '2' },
    models: { type: 'string', default: join(root, '.tools', 'bench-models') },
    python: { type: 'string', default: join(root, '.tools', 'python', 'bin', 'python') },
    /** A mode of torch.compile, which needs a C++ compiler and a minute or four; none leaves it out. */
    compile: { type: 'string', default: 'default' },
    /** How ONNX Runtime is called; bench:turns compares. */
    binding: { type: 'string', default: 'auto' },
    /** Whose products of matrices are used. */
    kernels: { type: 'string', default: 'auto' },
    out: { type: 'string' },
  },
});

/** Largest relative difference of the losses at which both programs count as doing the same work. */
const sameWork = 5e-3;

type Row = { readonly title: string; readonly cells: readonly string[]; readonly flops: number };

const hasPython = existsSync(values.python);
if (!hasPython) console.error('PyTorch is not there (.tools/python): only Lathe is measured');
const reference = join(root, 'bench', 'reference');
const before = await measurePeaks();
const rows: Row[] = [];
for (const entry of benchCases) {
  if (values.case !== undefined && entry.name !== values.case) continue;
  rows.push(await measure(entry));
  console.log(line(rows.at(-1) as Row));
}
// The best of both ends of the run: a share must not gain from a moment in which the machine had other work.
const peaks = better(before, await measurePeaks());
const table = [
  '| model and method | Lathe tokens/s | PyTorch tokens/s | ratio | compiled tokens/s | ratio | compiling | Lathe memory | PyTorch memory | ratio | share of MatMul peak |',
  `| --- |${' --- |'.repeat(10)}`,
  ...rows.map((row) => line(row, peaks.own.plain)),
].join('\n');
console.log(`\n${table}`);
const products = [
  `- Lathe called ONNX Runtime by the binding "${values.binding}", with the kernels "${values.kernels}"`,
  peakLine('ONNX Runtime', peaks.own),
  ...(peaks.torch === undefined ? [] : [peakLine('PyTorch', peaks.torch)]),
].join('\n');
console.log(`\n${products}`);
if (values.out !== undefined) await writeFile(values.out, `${table}\n\n${products}\n`);

type Peaks = { readonly own: MatmulPeak; readonly torch: MatmulPeak | undefined };

async function measurePeaks(): Promise<Peaks> {
  const threads = ['--threads', values.threads];
  const torch = [join(reference, 'matmul_peak.py'), ...threads];
  return {
    own: await matmulPeak(Number(values.threads)),
    torch: hasPython ? await runForJson<MatmulPeak>(values.python, torch) : undefined,
  };
}

function better(a: Peaks, b: Peaks): Peaks {
  const best = (one: MatmulPeak, other: MatmulPeak): MatmulPeak => ({
    plain: Math.max(one.plain, other.plain),
    transposed: Math.max(one.transposed, other.transposed),
  });
  const torch = a.torch && b.torch && best(a.torch, b.torch);
  return { own: best(a.own, b.own), torch };
}

function peakLine(name: string, { plain, transposed }: MatmulPeak): string {
  return `- ${name}'s product of two 1024 × 1024 matrices, ${values.threads} threads: ${plain.toFixed(0)} GFLOP/s, ${transposed.toFixed(0)} with the left one transposed`;
}

function line({ title, cells, flops }: Row, peak?: number): string {
  const share = peak === undefined ? '' : `${((100 * flops) / 1e9 / peak).toFixed(0)} %`;
  return `| ${[title, ...cells, share].join(' | ')} |`;
}

/** Runs the programs in turn, so that all see the same weather, and takes each one's best round. */
async function measure(entry: BenchCase): Promise<Row> {
  await mkdir(values.models, { recursive: true });
  const model = await makeModel(values.models, entry);
  const common = ['--model', model, '--threads', values.threads];
  const lathe: BenchResult[] = [];
  const torch: BenchResult[] = [];
  const compiled: BenchResult[] = [];
  const python = (flags: readonly string[], env = process.env): Promise<BenchResult> =>
    runForJson<BenchResult>(
      values.python,
      [
        join(reference, 'bench_engine.py'),
        ...['--case', JSON.stringify(entry), ...common, ...flags],
      ],
      { env },
    );
  // What one round compiled the next finds: the first tells what compiling takes.
  const cache = await mkdtemp(join(tmpdir(), 'lathe-compiled-'));
  for (let round = 0; round < Number(values.rounds); round++) {
    lathe.push(
      await runForJson<BenchResult>(
        process.execPath,
        [
          join(root, 'bench', 'engine', 'lathe-run.ts'),
          ...['--case', entry.name, '--binding', values.binding, '--kernels', values.kernels],
          ...common,
        ],
        // As a worker starts its engines.
        { env: withKeptMemory(process.env) },
      ),
    );
    if (!hasPython) continue;
    torch.push(await python([]));
    if (values.compile === 'none') continue;
    const env = { ...process.env, TORCHINDUCTOR_CACHE_DIR: cache };
    compiled.push(await python(['--compile', values.compile], env));
  }
  await rm(cache, { recursive: true });
  const own = best(lathe, entry);
  const other = torch.length === 0 ? undefined : best(torch, entry);
  const fast = compiled.length === 0 ? undefined : best(compiled, entry);
  for (const [one] of [torch, compiled])
    if (one !== undefined) checkSameWork(entry, lathe[0] as BenchResult, one);
  const ratio = (of: number, by: number | undefined): string =>
    by === undefined ? '-' : (of / by).toFixed(2);
  return {
    title: entry.title,
    cells: [
      own.rate.toFixed(0),
      other?.rate.toFixed(0) ?? '-',
      ratio(own.rate, other?.rate),
      fast?.rate.toFixed(0) ?? '-',
      ratio(own.rate, fast?.rate),
      compiled[0] === undefined ? '-' : `${compileSeconds(compiled[0], entry).toFixed(0)} s`,
      gigabytes(own.bytes),
      other === undefined ? '-' : gigabytes(other.bytes),
      ratio(own.bytes, other?.bytes),
    ],
    flops: own.flops,
  };
}

/** What the steps before those that are measured took beyond what such steps take. */
function compileSeconds({ firstSeconds = 0, seconds }: BenchResult, { warmup }: BenchCase): number {
  return Math.max(0, firstSeconds - warmup * median(seconds));
}

function best(results: readonly BenchResult[], { batch, tokens, config, method, task }: BenchCase) {
  const seconds = Math.min(...results.map((result) => median(result.seconds)));
  const rate = (batch * tokens) / seconds;
  const bytes = Math.min(...results.map((result) => result.peakBytes));
  // Forward 2, backward by activations 2, by weights 2 operations a weight and token; LoRA saves the last.
  const weights = matrixWeights(config, task);
  const perToken = method === 'full' ? 6 * weights : 4 * weights;
  return { rate, bytes, flops: perToken * rate };
}

/** Weights that every token is multiplied with: all matrices of the blocks, and the language-model head. */
function matrixWeights(config: BenchCase['config'], task: BenchCase['task']): number {
  const get = (name: string): number => Number(config[name]);
  const hidden = get('hidden_size');
  const heads = get('num_attention_heads');
  const keyWidth = (hidden / heads) * Number(config.num_key_value_heads ?? heads);
  const gates = config.model_type === 'bert' ? 2 : 3;
  const block =
    2 * hidden * hidden + 2 * hidden * keyWidth + gates * hidden * get('intermediate_size');
  const head = task === 'causal-lm' ? hidden * get('vocab_size') : 0;
  return get('num_hidden_layers') * block + head;
}

function checkSameWork({ name }: BenchCase, lathe: BenchResult, torch: BenchResult): void {
  for (const [step, loss] of lathe.losses.entries()) {
    const wanted = torch.losses[step] ?? Number.NaN;
    if (!(Math.abs(loss - wanted) <= sameWork * Math.abs(wanted)))
      throw new Error(`${name}: at step ${step + 1} Lathe's loss is ${loss}, PyTorch's ${wanted}`);
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(2)} GiB`;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
