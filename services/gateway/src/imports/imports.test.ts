import { readFileSync } from 'node:fs';
import type { ImportEval } from '@lathe/contracts/http/eval-import';
import { beginGrading } from '@lathe/graders/begin';
import { finishGrading } from '@lathe/graders/finish';
import { fillTemplate } from '@lathe/graders/template';
import { expect, it } from 'vitest';
import type { TemplateMessages } from './imported.ts';
import { readImport } from './read-import.ts';

/** A configuration and what promptfoo 0.123.1 (npm) made of it with its provider `echo`, which answers the prompt. */
const textOf = (name: string) =>
  readFileSync(new URL(`../../fixtures/promptfoo.${name}`, import.meta.url), 'utf8');
type Result = {
  readonly success: boolean;
  readonly testIdx: number;
  readonly promptIdx: number;
  readonly response: { readonly output: string };
};
const theirs = (JSON.parse(textOf('results.json')) as { results: { results: Result[] } }).results
  .results;

type Row = { readonly item: object; readonly sample?: { readonly output_text: string } };
const read = (format: ImportEval['format'], content: string) => {
  const imported = readImport({ format, content, model: 'm' }, { runsPython: false });
  const prompts =
    imported.asks?.map(
      ({ input_messages }) => (input_messages as { template: TemplateMessages }).template,
    ) ?? null;
  return { ...imported, prompts, rows: imported.rows.map((row): Row => JSON.parse(row)) };
};

async function passes(
  criteria: ReturnType<typeof readImport>['criteria'],
  item: object,
  answer: string,
): Promise<boolean> {
  const limits = { programMs: 60_000, programBytes: 32 * 1024 * 1024 };
  for (const grader of criteria) {
    const parts = await beginGrading(grader, { item, answer }, limits);
    const { reward, errors } = finishGrading(grader, parts, new Map());
    expect(errors.python_grader_runtime_error_details).toBeNull();
    if (reward !== 1) return false;
  }
  return true;
}

it('judges the answers of its results as promptfoo did', async () => {
  const { criteria, rows, prompts } = read('promptfoo_results', textOf('results.json'));
  expect(prompts).toBeNull();
  expect(rows).toHaveLength(theirs.length);
  for (const [at, { item, sample }] of rows.entries())
    expect(await passes(criteria, item, sample?.output_text ?? '')).toBe(theirs[at]?.success);
});

it('asks what promptfoo asked, and judges the same answers in the same way', async () => {
  const { criteria, rows, prompts } = read('promptfoo', textOf('config.yaml'));
  expect(prompts).toHaveLength(2);
  let compared = 0;
  for (const [test, { item }] of rows.entries())
    for (const [place, template] of (prompts ?? []).entries()) {
      const result = theirs.find(
        ({ testIdx, promptIdx }) => testIdx === test && promptIdx === place,
      );
      if (result === undefined) throw new Error(`promptfoo has no result ${test}, ${place}`);
      const fill = (text: string) => fillTemplate(text, { item, sample: undefined });
      const asked = template.map(({ role, content }) => ({ role, content: fill(content) }));
      const { output } = result.response;
      const isChat = output.startsWith('[');
      expect(asked).toEqual(isChat ? JSON.parse(output) : [{ role: 'user', content: output }]);
      expect(await passes(criteria, item, output)).toBe(result.success);
      compared++;
    }
  expect(compared).toBe(10);
});

it('tells what was kept, changed and impossible', () => {
  const { findings, criteria } = read('promptfoo', textOf('config.yaml'));
  const of = (outcome: string) =>
    findings.filter((found) => found.outcome === outcome).map(({ at }) => at);
  expect(of('impossible')).toEqual(['prompts[2]']);
  expect(of('changed')).toEqual(['providers', 'tests[2].assert[2]']);
  expect(of('kept')).toEqual(['prompts[0]', 'prompts[1]', ...criteria.map(({ name }) => name)]);
});

const config = (assert: object, more: object = {}) =>
  JSON.stringify({
    prompts: ['{{ a }}'],
    tests: [{ vars: { a: 'b' }, assert: [assert] }],
    ...more,
  });

it.each([
  ['a judge', { type: 'llm-rubric', value: 'is kind' }, 'score_model'],
  ['a similarity', { type: 'similar', value: 'x' }, 'text_similarity'],
  ['Python', { type: 'python', value: 'True' }, 'there is nothing like it'],
  ['a filter', { type: 'equals', value: '{{ a | upper }}' }, 'more than names'],
  ['a file', { type: 'equals', value: 'file://x.txt' }, 'other files are not read'],
  ['a schema', { type: 'is-json', value: {} }, 'no JSON Schema'],
  ['a module', { type: 'javascript', value: 'require("fs")' }, 'no modules'],
  ['a broken expression', { type: 'regex', value: '(' }, 'no expression'],
  ['a transform', { type: 'equals', value: 'b', transform: 'x' }, 'no transforms'],
])('says why %s cannot be kept', (_, assertion, reason) => {
  expect(() => read('promptfoo', config(assertion))).toThrow(reason);
});

it.each([
  ['no YAML', 'a: [', 'It cannot be read'],
  ['no configuration', 'a: 1', 'prompts'],
  ['a test that is a text', 'prompts: [a]\ntests: [x.yaml]', "'tests[0]'"],
  [
    'a prompt in a file',
    config({ type: 'equals', value: 'b' }, { prompts: ['file://p.txt'] }),
    'Other files',
  ],
])('refuses %s', (_, content, reason) => {
  expect(() => read('promptfoo', content)).toThrow(reason);
});
