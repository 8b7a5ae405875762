/**
 * Multiplies matrices of the sizes that the benched models have, by our own kernels, by ONNX Runtime's, by PyTorch's and by
 * the system's OpenBLAS in turn, and prints GFLOP/s of each and what ours are of the others.
 *
 *     npm run bench:kernels [-- --case <name>] [--rounds 2] [--threads 1,2] [--kernels auto|avx512|avx2|plain] [--out <file>]
 *
 * PyTorch is looked for in .tools/python (bench/reference/decoders.py says how to make it), OpenBLAS where the system has its
 * libraries (the package libopenblas0); OpenBLAS is called from Python too. One thread is told as processor
 * time, several as time. Only ratios of one run can be compared.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runForJson } from '../child.ts';
import { benchProducts } from './products.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    case: { type: 'string' },
    rounds: { type: 'string', default: '2' },
    threads: { type: 'string', default: '1,2' },
    kernels: { type: 'string', default: 'auto' },
    python: { type: 'string', default: join(root, '.tools', 'python', 'bin', 'python') },
    out: { type: 'string' },
  },
});
const hasPython = existsSync(values.python);
if (!hasPython) console.error('PyTorch is not there (.tools/python): only Lathe is measured');
const products = benchProducts(values.case);
const input = JSON.stringify(products);

/** Something that multiplies, and how to ask it for the rate of each product; null where it is not there. */
type Multiplier = {
  readonly title: string;
  rates(threads: string): Promise<number[] | null>;
};

const program = (title: string, command: string, args: readonly string[]): Multiplier => ({
  title,
  rates: (threads) => runForJson(command, [...args, '--threads', threads], { input }),
});
const lathe = (title: string, kernels: string): Multiplier => {
  const path = join(root, 'bench', 'kernels', 'lathe-run.ts');
  return program(title, process.execPath, [path, '--kernels', kernels]);
};
const python = (title: string, library: string): Multiplier => {
  const path = join(root, 'bench', 'reference', 'products.py');
  return program(title, values.python, [path, '--library', library]);
};
const own = lathe('Lathe', values.kernels);
const others = [
  lathe('ONNX Runtime', 'off'),
  ...(hasPython ? [python('PyTorch', 'torch'), python('OpenBLAS', 'openblas')] : []),
];

/** The best rate of each product, by each that is there. */
type Rates = ReadonlyMap<Multiplier, readonly number[]>;

async function measure(threads: string): Promise<Rates> {
  const best = new Map<Multiplier, readonly number[]>();
  for (let round = 0; round < Number(values.rounds); round++)
    for (const each of [own, ...others]) {
      const now = await each.rates(threads);
      if (now === null) continue;
      const before = best.get(each) ?? now;
      best.set(
        each,
        now.map((rate, at) => Math.max(rate, before[at] ?? 0)),
      );
    }
  return best;
}

function geometricMean(of: readonly number[], by: readonly number[]): number {
  const logs = of.map((rate, at) => Math.log(rate / (by[at] ?? 1)));
  return Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const sections: string[] = [];
for (const threads of values.threads.split(',')) {
  const rates = await measure(threads);
  const mine = rates.get(own) ?? [];
  const found = others.filter((each) => rates.has(each));
  const theirs = found.map((each) => rates.get(each) ?? []);
  const means = theirs.map((other) => geometricMean(mine, other).toFixed(2));
  const titles = [own, ...found].map(({ title }) => title);
  const ratios = found.map(({ title }) => `Lathe : ${title}`);
  const headings = ['form', 'rows × depth × columns', ...titles, ...ratios];
  const section = [
    `${threads} thread${threads === '1' ? '' : 's'}, GFLOP/s; on average (of the logarithms) ${means.join(', ')} times the others`,
    '',
    row(headings),
    row(headings.map(() => '---')),
    ...products.map(({ form, rows, depth, columns }, at) =>
      row([
        form,
        `${rows} × ${depth} × ${columns}`,
        ...[mine, ...theirs].map((each) => (each[at] ?? 0).toFixed(0)),
        ...theirs.map((each) => ((mine[at] ?? 0) / (each[at] ?? 0)).toFixed(2)),
      ]),
    ),
  ].join('\n');
  console.log(`${section}\n`);
  sections.push(section);
}
if (values.out !== undefined) await writeFile(values.out, `${sections.join('\n\n')}\n`);
