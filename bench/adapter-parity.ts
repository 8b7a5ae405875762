/**
 * Exports adapters and merged folders of every family, method and objective after a few steps of training on the tiny
 * random models of the tests, loads them with Python's transformers and peft, and writes a table of the largest
 * relative differences of their scores. Ends with 1 where one is above 1e-4 or does not load. Needs Python with torch,
 * transformers, peft and sentence-transformers; users do not.
 *
 *     node bench/adapter-parity.ts [--family bert] [--out docs/parity-python.md] [--python .tools/python/bin/python]
 *
 * One folder of any size, with an adapter or without: `node bench/parity/one-folder.ts`.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type ExportCase, exportCases } from '@lathe/engine/internal/parity/export-cases';
import { writeSafetensors } from '@lathe/engine/safetensors';
import { type Trained, trainedOutputs } from './parity/trained-outputs.ts';

/** Largest difference of a score, relative to the largest score. */
const most = 1e-4;
const steps = 3;

const { values } = parseArgs({
  options: {
    family: { type: 'string' },
    out: { type: 'string' },
    python: { type: 'string', default: '.tools/python/bin/python' },
  },
});

type Found = {
  readonly distance?: number;
  readonly error?: string;
  /** Why peft cannot ask such an adapter of its own making either. */
  readonly unasked?: string;
} | null;
type Answer = {
  readonly versions: Readonly<Record<string, string>>;
  readonly found: readonly { readonly adapter: Found; readonly merged: Found }[];
};

const folder = await mkdtemp(path.join(tmpdir(), 'lathe-parity-'));
try {
  const cases = await exportCases(values.family);
  const trained: Trained[] = [];
  for (const [at, one] of cases.entries()) trained.push(await trainCase(one, at));
  await writeFile(path.join(folder, 'cases.json'), JSON.stringify(cases.map(pythonCase)));
  const script = path.join(import.meta.dirname, 'reference', 'check_exports.py');
  execFileSync(values.python, [script, folder], { stdio: ['ignore', 'inherit', 'ignore'] });
  const answer = JSON.parse(await readFile(path.join(folder, 'found.json'), 'utf8')) as Answer;
  const text = document(cases, trained, answer);
  if (values.out === undefined) console.log(text);
  else await writeFile(values.out, text);
  const bad = answer.found.flatMap(({ adapter, merged }, at) =>
    [adapter, merged].flatMap((found) =>
      isGood(found) ? [] : [`${title(cases[at])}: ${cell(found)}`],
    ),
  );
  for (const line of bad) console.error(line);
  console.error(`${answer.found.length} runs, ${bad.length} exports that differ or do not load`);
  process.exitCode = bad.length === 0 ? 0 : 1;

  /** What check_exports.py is told. */
  function pythonCase({ run, texts }: ExportCase, at: number): object {
    const { task } = run.objective;
    const { adapter = null, merged = null } = trained[at] as Trained;
    const classifies =
      task?.kind === 'sequence-classification' || task?.kind === 'token-classification';
    return {
      base: run.model.path,
      adapter,
      merged,
      task: task?.kind ?? 'causal-lm',
      labels: classifies ? task.labels : null,
      pooling: (task?.kind === 'feature-extraction' && task.pooling) || null,
      labelNames: (classifies && task.labelNames) || null,
      scores: path.join(folder, String(at), 'scores.safetensors'),
      texts: texts.map(({ tokens, types }) => ({
        tokens: [...tokens],
        types: types === undefined ? null : [...types],
      })),
    };
  }
} finally {
  await rm(folder, { recursive: true });
}

async function trainCase({ run, texts }: ExportCase, at: number): Promise<Trained> {
  const own = path.join(folder, String(at));
  await mkdir(own);
  const trained = await trainedOutputs(run, texts, { folder: own, steps });
  await writeSafetensors(
    path.join(own, 'scores.safetensors'),
    trained.scores.map(({ shape, data }, index) => ({
      name: `scores.${index}`,
      dtype: 'F32',
      shape,
      data,
    })),
  );
  return trained;
}

function isGood(found: Found): boolean {
  return (
    found === null ||
    found.unasked !== undefined ||
    (found.distance !== undefined && found.distance <= most)
  );
}

function title(one: ExportCase | undefined): string {
  return `${one?.family}, ${one?.method}, ${one?.objective}`;
}

function cell(found: Found | undefined): string {
  if (found === null || found === undefined) return '';
  if (found.unasked !== undefined) return 'not asked';
  return found.error ?? (found.distance as number).toExponential(0);
}

function document(
  cases: readonly ExportCase[],
  trained: readonly Trained[],
  { versions, found }: Answer,
): string {
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const lines = cases.map(
    ({ family, method, objective }, at) =>
      `| ${family} | ${method} | ${objective} | ${cell(found[at]?.adapter)} | ${cell(found[at]?.merged)} |`,
  );
  const unasked = new Set(found.flatMap(({ adapter }) => adapter?.unasked ?? []));
  const reasons = [...new Set(trained.flatMap(({ refusals }) => refusals))].sort();
  return `# Exports in transformers and peft

Written by \`node bench/adapter-parity.ts --out docs/parity-python.md\`; do not edit. Each run trains a tiny random
model for ${steps} steps and exports it. Python then loads the adapter on its base with peft, and the merged folder with
transformers alone, through the Auto classes, and embedding models with sentence-transformers too
(${used.join(', ')}). A number is the largest
difference between a score (a logit, or a hidden state of an embedding model) that Python computes from the export and
the one that this engine computes from the weights in training, relative to the largest score of the text, float32.
Missing weights count as a failure, and so does a class or task type other than the objective's.

An empty field: there is no such export. The reasons are:

${reasons.map((reason) => `- ${reason}`).join('\n')}
${[...unasked].map((reason) => `\n"not asked": peft cannot ask an adapter of this kind that it made itself either (${reason})\n`).join('')}
| model | method | objective | adapter | merged |
| --- | --- | --- | --- | --- |
${lines.join('\n')}
`;
}
