import { readFileSync } from 'node:fs';
import { beginGrading } from '@lathe/graders/begin';
import { finishGrading } from '@lathe/graders/finish';
import { expect, it } from 'vitest';
import { fromPythonRegex } from './python-regex.ts';
import { readImport } from './read-import.ts';

type Read = {
  readonly text: string;
  readonly target: unknown;
  readonly choices: readonly string[] | null;
  readonly judged: readonly { answer: string; values: Record<string, { exact_match: number }> }[];
};
type Case = { readonly task: string; yaml: string; documents: object[]; read: Read[] };

/** Tasks of lm-evaluation-harness 0.4.13 and what it makes of them: bench/reference/lm_eval_tasks.py. */
const cases = JSON.parse(
  readFileSync(new URL('../../fixtures/lm-eval-tasks.json', import.meta.url), 'utf8'),
) as Case[];

const lines = (documents: readonly object[]) =>
  documents.map((document) => JSON.stringify(document)).join('\n');
const readTask = (content: string, documents: string) =>
  readImport({ format: 'lm_eval', content, model: 'm', documents }, { runsPython: false });
const read = (content: string, documents: readonly object[]) => readTask(content, lines(documents));

const limits = { programMs: 60_000, programBytes: 32 * 1024 * 1024 };
type Criterion = ReturnType<typeof read>['criteria'][number];
async function reward(grader: Criterion, item: object, answer: string): Promise<number> {
  const parts = await beginGrading(grader, { item, answer }, limits);
  const graded = finishGrading(grader, parts, new Map());
  expect(graded.errors.python_grader_runtime_error_details).toBeNull();
  return graded.reward;
}

it.each(cases)('reads the texts, targets and choices of $task as the harness does', (each) => {
  const { rows } = read(each.yaml, each.documents);
  const items = rows.map((row) => JSON.parse(row).item);
  expect(items).toHaveLength(each.read.length);
  for (const [at, { text, target, choices }] of each.read.entries()) {
    if (choices === null)
      expect(items[at]).toEqual({ prompt: text, targets: [target].flat().map(String) });
    else
      expect(items[at]).toMatchObject({
        ...{ question: text, choices },
        gold: typeof target === 'string' ? choices.indexOf(target) : target,
      });
  }
});

it.each(cases.filter(({ read: [first] }) => first?.judged.length))(
  'judges answers to $task as the harness does',
  async (each) => {
    const { rows, criteria } = read(each.yaml, each.documents);
    for (const [at, { judged }] of each.read.entries()) {
      const { item } = JSON.parse(rows[at] ?? '');
      for (const { answer, values } of judged) {
        const ours: [string, number][] = [];
        for (const grader of criteria) {
          const filter = grader.name.split(', ')[1] ?? 'none';
          ours.push([filter, await reward(grader, item, answer)]);
        }
        const theirs = Object.entries(values).map(([name, value]) => [name, value.exact_match]);
        expect([answer, ours]).toEqual([answer, theirs]);
      }
    }
  },
);

it('asks for the letter of a choice, and says that it is another figure', async () => {
  const [arc] = cases;
  const { rows, criteria, findings, asks } = read(arc?.yaml ?? '', arc?.documents ?? []);
  const { item } = JSON.parse(rows[0] ?? '');
  expect(item.prompt).toContain('A. the "Sun"\nB. Mars\nC. it\'s Moon');
  const [acc] = criteria as [Criterion];
  const rewards = await Promise.all(
    ['B', ' (B) Mars', 'Mars', 'B. Mars', 'C', 'Banana', ''].map((answer) =>
      reward(acc, item, answer),
    ),
  );
  expect(rewards).toEqual([1, 1, 1, 1, 0, 0, 0]);
  expect(asks).toMatchObject([{ sampling_params: { temperature: 0 } }]);
  expect(findings).toContainEqual(
    expect.objectContaining({ at: 'output_type', outcome: 'changed' }),
  );
  expect(findings).toContainEqual(
    expect.objectContaining({ at: 'metric_list[1]', outcome: 'impossible' }),
  );
});

const task = (more: string) =>
  `task: t\noutput_type: generate_until\ndoc_to_text: "{{q}}"\ndoc_to_target: "{{a}}"\n${more}`;

it.each([
  [
    'process_docs: !function utils.process',
    'process_docs is !function utils.process, a program in Python',
  ],
  ['include: _base.yaml', 'include is "_base.yaml", which is not read here'],
  ['class: !function task.Mine', 'class is !function task.Mine'],
  ['metric_list: [{metric: bleu}]', 'text_similarity'],
  ['metric_list: [{metric: !function utils.score}]', "'metric_list[0].metric'"],
  ['filter_list: [{name: x, filter: [{function: majority_vote}]}]', 'majority_vote'],
])('%s is refused by its name', (more, message) => {
  expect(() => read(task(more), [{ q: 'x', a: 'y' }])).toThrow(message);
});

it.each(['\r', '\r\n'])('reads documents whose lines end with %j', (end) => {
  const [{ task, yaml, documents } = { task: '', yaml: '', documents: [] }] = cases;
  const ended = documents.map((document) => JSON.stringify(document) + end).join('');
  expect(readTask(yaml, ended), task).toEqual(read(yaml, documents));
});

it('says which document, and which part, cannot be read', () => {
  expect(() => read(task(''), [])).toThrow("'documents' must have the documents");
  expect(() => readTask(task(''), '{}\r\n\r\n[1]')).toThrow("Line 3 of 'documents'");
  expect(() => readTask(task(''), '{}\n[1]')).toThrow("Line 2 of 'documents' is no JSON object.");
  const slow = task('').replace('{{q}}', '{% for a in range(9999999) %}x{% endfor %}');
  expect(() => read(slow, [{ q: 'x' }])).toThrow('documents, line 1: ');
  const likelihood = task('').replace('generate_until', 'loglikelihood');
  expect(() => read(likelihood, [{ q: 'x' }])).toThrow("'output_type'");
});

it.each([
  [1, '1 document is the row.'],
  [2, '2 documents are the rows.'],
])('says of %i documents what they are', (count, message) => {
  const { findings } = read(task(''), Array(count).fill({ q: 'x', a: 'y' }));
  expect(findings).toContainEqual({ at: 'documents', outcome: 'kept', message });
});

it.each([
  ['(?s)a.b$', 'a\nb\n', true],
  ['^a$', 'a\n', true],
  ['^a$', 'a\nb', false],
  ['(?m)^b$', 'a\nb\nc', true],
  ['\\Ab\\Z', 'a\nb', false],
  ['(?P<word>a)[$]', 'a$', true],
])('the expression %s finds in %j what Python finds', (pattern, text, finds) => {
  const { source, flags } = fromPythonRegex(pattern) ?? expect.fail('it is translated');
  expect(new RegExp(source, flags).test(text)).toBe(finds);
});

it.each(['(?P=word)', '(?#note)a', '(?x) a b', '(', '(?i:a)'])('%s is Python alone', (pattern) => {
  expect(fromPythonRegex(pattern)).toBeUndefined();
});
