import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type BfclAnswer, type BfclFunction, judgeBfcl } from '@lathe/scoring/bfcl';
import { readPythonJson } from '@lathe/scoring/python-json';
import { wilson } from '@lathe/scoring/wilson';
import { type Question, toRequest } from './rows.ts';

const usage =
  'node examples/tools/bfcl.ts --source <folder of BFCL_v4_*.json> --model <model> [--url http://127.0.0.1:8080] [--most 50] [--category simple_python,multiple,irrelevance] [--out counts.json]';

type Called = { readonly function: { readonly name: string; readonly arguments: string } };
type Answered = { readonly choices?: [{ readonly message: { readonly tool_calls?: Called[] } }] };

/** Questions that are under way at a time: they are answered together. */
const atOnce = 6;

/** The rows of a file, one a line. */
async function lines(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  return text.split('\n').filter((line) => line.trim() !== '');
}

/** The possible answers of a category, in the order of its questions; none where no call is right. */
async function answersOf(source: string, category: string, count: number): Promise<BfclAnswer[][]> {
  if (category.includes('irrelevance')) return Array.from({ length: count }, () => []);
  const rows = await lines(path.join(source, 'possible_answer', `BFCL_v4_${category}.json`));
  return rows.map((line) => {
    const row = readPythonJson(line) as unknown as { readonly ground_truth: BfclAnswer[] };
    return row.ground_truth;
  });
}

/** What a model calls when it is asked; undefined where the question and its answer are longer than it takes. */
async function callsOf(question: Question): Promise<readonly Called[] | undefined> {
  const { model = '', url } = values;
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${process.env.LATHE_API_KEY ?? ''}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(toRequest(question, model)),
  });
  if (!response.ok) {
    const answer = await response.text();
    if (answer.includes('context_length_exceeded')) return undefined;
    throw new Error(`${question.id}: ${answer}`);
  }
  const { choices } = (await response.json()) as Answered;
  return choices?.[0].message.tool_calls ?? [];
}

type Counts = { readonly right: number; readonly asked: number };

/** Asks questions of a category, one of every so many, and prints how many were called right, and the mistakes by their kind. */
async function ask(category: string): Promise<Counts> {
  const { source = '' } = values;
  const all = await lines(path.join(source, `BFCL_v4_${category}.json`));
  const possible = await answersOf(source, category, all.length);
  const kinds = new Map<string, number>();
  const every = Math.max(1, all.length / Number(values.most));
  const count = Math.min(all.length, Number(values.most));
  const asked = Array.from({ length: count }, (_, at) => Math.floor(at * every));
  const lane = async (): Promise<void> => {
    for (let index = asked.shift(); index !== undefined; index = asked.shift()) {
      const question = JSON.parse(all[index] ?? '') as Question;
      const calls = await callsOf(question);
      const outcome =
        calls === undefined
          ? 'too long'
          : judgeBfcl(
              calls.map((call) => call.function),
              possible[index] ?? [],
              question.function as unknown as BfclFunction[],
            );
      kinds.set(outcome, (kinds.get(outcome) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const { correct, total, rate, low, high } = wilson(kinds.get('right') ?? 0, count);
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  kinds.delete('right');
  const wrong = [...kinds].map(([kind, count]) => `${kind} ${count}`).join(', ');
  console.log(
    `${category}: ${percent(rate)} (${correct} of ${total}, ${percent(low)} to ${percent(high)})${wrong && `; ${wrong}`}`,
  );
  return { right: correct, asked: total };
}

const { values } = parseArgs({
  options: {
    source: { type: 'string' },
    model: { type: 'string' },
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    most: { type: 'string', default: '50' },
    category: { type: 'string', default: 'simple_python,multiple,irrelevance' },
    out: { type: 'string' },
  },
});
if (!values.source || !values.model || !(Number(values.most) > 0)) {
  console.error(usage);
  process.exitCode = 2;
} else {
  const counts: Record<string, Counts> = {};
  for (const category of values.category.split(',')) counts[category] = await ask(category);
  if (values.out !== undefined) await writeFile(values.out, JSON.stringify(counts));
}
