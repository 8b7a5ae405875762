import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { wilson } from '@lathe/scoring/wilson';
import type { Scores } from './table.ts';

type Counts = Readonly<Record<string, { readonly right: number; readonly asked: number }>>;

/** What is asked, and through which door. */
export type Asked = {
  readonly url: string;
  readonly apiKey: string;
  /** The folder of BFCL's files. */
  readonly source: string;
  /** Where counts are kept. */
  readonly work: string;
  /** Questions of each category. */
  readonly most: number;
};

const kinds = {
  'BFCL, calls of tools that fit': ['simple_python', 'multiple'],
  'BFCL, no tool fits': ['irrelevance'],
} as const;

/**
 * Asks BFCL's questions of the models over HTTP by examples/tools/bfcl.ts: those that want a call, and those that
 * none of the tools is for. Beside them a model that never calls.
 */
export async function askBfcl(
  models: Readonly<Record<'tuned' | 'base', string>>,
  asked: Asked,
): Promise<Scores[]> {
  const [tuned, base] = [await countsOf(models.tuned, asked), await countsOf(models.base, asked)];
  const never = Object.fromEntries(
    Object.entries(base).map(([category, { asked: all }]) => [
      category,
      { right: category === 'irrelevance' ? all : 0, asked: all },
    ]),
  );
  return Object.entries(kinds).map(([title, categories]) => ({
    title,
    rows: sum(base, categories, 'asked'),
    headline: 'right',
    contestants: Object.entries({ tuned, base, 'never a call': never }).map(([name, counts]) => {
      const rate = wilson(sum(counts, categories, 'right'), sum(counts, categories, 'asked'));
      const { rate: value, low, high } = rate;
      return { name, metrics: { right: { value, low, high, unit: 'share' as const } } };
    }),
  }));
}

async function countsOf(model: string, { url, apiKey, ...asked }: Asked): Promise<Counts> {
  const out = path.join(asked.work, 'bfcl.json');
  const options = ['--source', asked.source, '--model', model, '--url', url, '--out', out];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['examples/tools/bfcl.ts', ...options, '--most', String(asked.most)],
    { env: { ...process.env, LATHE_API_KEY: apiKey } },
  );
  console.log(`${model}\n${stdout}`);
  return JSON.parse(await readFile(out, 'utf8')) as Counts;
}

function sum(counts: Counts, categories: readonly string[], key: 'right' | 'asked'): number {
  return categories.reduce((all, category) => all + (counts[category]?.[key] ?? 0), 0);
}
