/**
 * Multiplies matrices of the sizes that the benched models have, by our own kernels, by ONNX Runtime's and by PyTorch's in
 * turn, and prints GFLOP/s of each and what ours are of the others.
 *
 *     npm run bench:kernels [-- --case <name>] [--rounds 2] [--threads 1,2] [--kernels auto|avx512|avx2|plain] [--out <file>]
 *
 * PyTorch is looked for in .tools/python (bench/reference/decoders.py says how to make it). One thread is told as processor
 * time, several as time. Only ratios of one run can be compared.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runForJson } from '../child.ts';
import { benchProducts, type Product } from './products.ts';

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

/** The best rate of each product, by each program. */
type Rates = { readonly own: number[]; readonly runtime: number[]; readonly torch: number[] };

async function measure(threads: string): Promise<Rates> {
  const none = products.map(() => 0);
  let best: Rates = { own: none, runtime: none, torch: none };
  const input = JSON.stringify(products);
  const given = ['--threads', threads];
  const lathe = (kernels: string): Promise<number[]> => {
    const program = join(root, 'bench', 'kernels', 'lathe-run.ts');
    return runForJson(process.execPath, [program, '--kernels', kernels, ...given], { input });
  };
  const python = (): Promise<number[]> =>
    runForJson(values.python, [join(root, 'bench', 'reference', 'products.py'), ...given], {
      input,
    });
  for (let round = 0; round < Number(values.rounds); round++)
    best = {
      own: better(best.own, await lathe(values.kernels)),
      runtime: better(best.runtime, await lathe('off')),
      torch: hasPython ? better(best.torch, await python()) : none,
    };
  return best;
}

function better(before: readonly number[], now: readonly number[]): number[] {
  return before.map((rate, at) => Math.max(rate, now[at] ?? 0));
}

function ratio(of: number, by: number): string {
  return by === 0 ? '-' : (of / by).toFixed(2);
}

function rows({ own, runtime, torch }: Rates): string[] {
  return products.map(({ form, rows, depth, columns }: Product, at) => {
    const [mine, theirs, peers] = [own[at] ?? 0, runtime[at] ?? 0, torch[at] ?? 0];
    const rates = [mine, theirs, peers].map((rate) => (rate === 0 ? '-' : rate.toFixed(0)));
    const size = `${rows} × ${depth} × ${columns}`;
    return `| ${[form, size, ...rates, ratio(mine, theirs), ratio(mine, peers)].join(' | ')} |`;
  });
}

function geometricMean(of: readonly number[], by: readonly number[]): number {
  const logs = of.map((rate, at) => Math.log(rate / (by[at] ?? 1)));
  return Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
}

const sections: string[] = [];
for (const threads of values.threads.split(',')) {
  const rates = await measure(threads);
  const means = [rates.runtime, ...(hasPython ? [rates.torch] : [])].map((others) =>
    geometricMean(rates.own, others).toFixed(2),
  );
  const section = [
    `${threads} thread${threads === '1' ? '' : 's'}, GFLOP/s; on average (of the logarithms) ${means.join(' and ')} times the others`,
    '',
    '| form | rows × depth × columns | Lathe | ONNX Runtime | PyTorch | Lathe : ONNX Runtime | Lathe : PyTorch |',
    `| --- |${' --- |'.repeat(6)}`,
    ...rows(rates),
  ].join('\n');
  console.log(`${section}\n`);
  sections.push(section);
}
if (values.out !== undefined) await writeFile(values.out, `${sections.join('\n\n')}\n`);
