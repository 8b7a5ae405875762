import type { Grader, SingleGrader } from '@lathe/contracts/http/grader';
import { describe, expect, it } from 'vitest';
import { beginGrading, problemOf } from './begin.ts';
import { finishGrading, type QuestionAnswer } from './finish.ts';

const limits = { programMs: 2000, programBytes: 32 * 1024 * 1024 };

/** Grades an answer; `said` is what models answer, by the names of the graders. */
async function grade(
  grader: Grader,
  {
    item = {},
    answer = '',
    said = {},
  }: { item?: unknown; answer?: string; said?: Record<string, QuestionAnswer> },
) {
  const parts = await beginGrading(grader, { item, answer }, limits);
  return finishGrading(grader, parts, new Map(Object.entries(said)));
}

/** The flags that are up, and what is said of them. */
const up = ({ errors }: Awaited<ReturnType<typeof grade>>) =>
  Object.fromEntries(
    Object.entries(errors).filter(([, value]) => value !== false && value !== null),
  );

const check = (
  operation: 'eq' | 'ne' | 'like' | 'ilike',
  input: string,
  reference: string,
): SingleGrader => ({
  ...{ type: 'string_check', name: 'check', operation, input, reference },
});

describe('a check of strings', () => {
  it.each([
    ['eq', 'Yes', 1, 0],
    ['ne', 'Yes', 0, 1],
    ['like', 'Yes, it is.', 1, 0],
    ['ilike', 'yes, it is.', 1, 0],
  ] as const)('%s', async (operation, answer, right, wrong) => {
    const grader = check(operation, '{{ sample.output_text }}', '{{item.gold}}');
    expect((await grade(grader, { item: { gold: 'Yes' }, answer })).reward).toBe(right);
    expect((await grade(grader, { item: { gold: 'No' }, answer })).reward).toBe(wrong);
  });
});

describe('templates', () => {
  const filled = async (input: string, reference: string, answer = '{"a":[1,{"b c":"x"}]}') =>
    grade(check('eq', input, reference), {
      item: { n: 7, list: [1, 2], 'a-b': 'd', nested: { deep: ['e'] } },
      answer,
    });

  it.each([
    ['{{item.n}}', '7'],
    ['{{ item.list }}', '[1,2]'],
    ['{{item.list[1]}}', '2'],
    ['{{item.a-b}}{{ item["a-b"] }}', 'dd'],
    ["{{ item.nested.deep[0] }} {{item['nested'].deep.0}}", 'e e'],
    ['{{sample.output_json.a[1]["b c"]}}', 'x'],
    ['no {braces} {{{item.n}}}', 'no {braces} {7}'],
  ])('%s', async (template, text) => {
    expect((await filled(template, text)).reward).toBe(1);
  });

  it('end where a text gets too long, and take no longer for what is no name', async () => {
    const long = await filled('{{ item.list }}'.repeat(6000), 'x'.repeat(10));
    expect(up(long)).toEqual({});
    const item = { text: 'x'.repeat(100_000) };
    const grader = check('eq', '{{ item.text }}'.repeat(100), '');
    expect(up(await grade(grader, { item }))).toMatchObject({ truncated_observation_error: true });
    const blanks = `{{${' '.repeat(90_000)}`;
    expect((await filled(blanks, blanks)).reward).toBe(1);
  });

  it.each([
    '{{ item.none }}',
    '{{ item.constructor }}',
    '{{ item.__proto__ }}',
    '{{ item.list.length }}',
    '{{ item.n.toString }}',
    '{{ process.env }}',
    '{{ sample.output_json }}',
    '{{ item.n + 1 }}',
    '{{ globalThis }}',
  ])('reach nothing else: %s', async (template) => {
    const graded = await filled(template, 'x', 'no JSON');
    expect(graded.reward).toBe(0);
    expect(up(graded)).toMatchObject({ invalid_variable_error: true });
  });
});

describe('a program', () => {
  const program = (source: string): Grader => ({ type: 'javascript', name: 'program', source });

  it('gives its number, from sample and item', async () => {
    const source =
      'function grade(sample, item) { return sample.output_json.n === item.n ? 0.75 : 0 }';
    expect((await grade(program(source), { item: { n: 3 }, answer: '{"n":3}' })).reward).toBe(0.75);
    const arrow = 'globalThis.grade = (sample) => sample.output_text.length / 10';
    expect((await grade(program(arrow), { answer: 'abc' })).reward).toBeCloseTo(0.3);
  });

  it.each([
    ['loops', 'function grade() { for (;;); }', /ran longer than \d+ ms/],
    ['loops before it is asked', 'for (;;);', /ran longer than/],
    [
      'takes memory',
      "function grade() { const all = []; for (;;) all.push('x'.repeat(1e6)); }",
      /memory|ran longer/,
    ],
    ['calls itself', 'function grade() { return grade() + 1; }', /stack|memory/i],
    [
      'prints',
      "function grade() { for (let at = 0; at < 100; at++) console.log('x'.repeat(1e6)); }",
      /console/,
    ],
    [
      'reads files',
      "function grade() { return require('node:fs').readFileSync('/etc/passwd').length; }",
      /require/,
    ],
    [
      'imports',
      "import fs from 'node:fs'; function grade() { return 1; }",
      /^The program of the grader ".+" failed: /,
    ],
    [
      'opens sockets',
      "function grade() { return fetch('http://127.0.0.1').then(() => 1); }",
      /fetch/,
    ],
    ['imports while it runs', "async function grade() { await import('node:fs'); }", /node:fs/],
    ['imports and does not wait', "function grade() { return import('node:net'); }", /node:net/],
    ['gives a promise', 'function grade() { return new Promise(() => {}); }', /promise/],
    ['listens', "function grade() { return require('net').createServer().listen(0); }", /require/],
    [
      'opens web sockets',
      "function grade() { return new WebSocket('ws://127.0.0.1'); }",
      /WebSocket/,
    ],
    [
      'takes memory at once',
      'function grade() { return new ArrayBuffer(2 ** 31 - 1).byteLength; }',
      /memory|invalid array buffer/i,
    ],
    ['writes 100 MB at once', "function grade() { print('x'.repeat(1e8)); }", /print|memory/],
    ['asks the process', 'function grade() { return process.pid; }', /process/],
    ['binds to the process', "function grade() { return process.binding('fs'); }", /process/],
    [
      'makes a function of another world',
      "function grade() { return grade.constructor('return process.env')(); }",
      /process/,
    ],
    ['asks for workers', "function grade() { return new Worker('x'); }", /Worker/],
    ['throws', "function grade() { throw new Error('no such luck'); }", /no such luck/],
    ['gives a text', "function grade() { return '1'; }", /gave no number but string/],
    ['gives no finite number', 'function grade() { return 0 / 0; }', /NaN/],
    ['has no grade', 'const other = 1;', /grade/],
    ['is no program', 'function (', /^The program of the grader ".+" failed: /],
  ])('that %s is stopped and told', async (_what, source, message) => {
    const graded = await grade(program(source), { answer: 'x' });
    expect(graded.reward).toBe(0);
    expect(graded.errors).toMatchObject({
      python_grader_runtime_error: true,
      python_grader_runtime_error_details: expect.stringMatching(message),
    });
  });

  it('leaves nothing behind for the next', async () => {
    await grade(
      program('globalThis.kept = 1; function grade() { Object.prototype.x = 1; return 1; }'),
      {},
    );
    const after = program(
      'function grade() { return Number(typeof kept === "undefined" && ({}).x === undefined); }',
    );
    expect((await grade(after, {})).reward).toBe(1);
  });
});

describe('a model', () => {
  const score: Grader = {
    ...{ type: 'score_model', name: 'judge', model: 'tiny', range: [0, 10] },
    input: [
      {
        role: 'user',
        content: ['Rate:', { type: 'input_text', text: '{{ sample.output_text }}' }],
      },
    ],
  };

  it('is asked for a number in the range', async () => {
    const [part] = await beginGrading(score, { item: {}, answer: 'an answer' }, limits);
    expect(part).toMatchObject({
      question: {
        kind: 'chat',
        model: 'tiny',
        body: {
          model: 'tiny',
          messages: [{ role: 'user', content: 'Rate:\nan answer' }],
          response_format: {
            json_schema: {
              schema: { properties: { result: { type: 'number', minimum: 0, maximum: 10 } } },
            },
          },
        },
      },
    });
    const said = { judge: { text: '{"result": 7.5}' } };
    expect(await grade(score, { said })).toMatchObject({ reward: 7.5, scores: { judge: 7.5 } });
  });

  it.each([['{"result": 11}'], ['rubbish'], ['null'], ['{"result": "7"}']])(
    'that answers %s fails its part alone',
    async (text) => {
      const multi: Grader = {
        ...{ type: 'multi', name: 'both', calculate_output: 'judge + check' },
        graders: [score as SingleGrader, check('eq', 'a', 'a')],
      };
      const graded = await grade(multi, { said: { judge: { text } } });
      expect(graded).toMatchObject({ reward: 0, scores: { check: 1 } });
      expect(up(graded)).toMatchObject({ model_grader_parse_error: true });
    },
  );

  it('chooses among labels, some of which pass', async () => {
    const label: Grader = {
      ...{ type: 'label_model', name: 'label', model: 'tiny' },
      input: [{ role: 'user', content: '{{ sample.output_text }}' }],
      ...{ labels: ['polite', 'rude'], passing_labels: ['polite'] },
    };
    const reward = async (text: string) =>
      (await grade(label, { said: { label: { text } } })).reward;
    expect(await reward('{"result": "polite"}')).toBe(1);
    expect(await reward('{"result": "rude"}')).toBe(0);
    const failed = await grade(label, { said: { label: { failure: 'The model is gone.' } } });
    expect(failed.errors).toMatchObject({
      model_grader_server_error: true,
      model_grader_server_error_details: 'The model is gone.',
    });
  });

  it('compares vectors by their cosine', async () => {
    const cosine: Grader = {
      ...{ type: 'text_similarity', name: 'near', evaluation_metric: 'cosine', model: 'vectors' },
      ...{ input: '{{ sample.output_text }}', reference: 'b' },
    };
    const said = {
      near: {
        vectors: [
          [3, 4],
          [4, 3],
        ] as const,
      },
    };
    expect((await grade(cosine, { answer: 'a', said })).reward).toBeCloseTo(24 / 25);
  });
});

it.each([
  ['fuzzy_match', 2 / 3],
  ['bleu', 0],
  ['gleu', 0],
  ['meteor', 0],
  ['rouge_1', 0],
  ['rouge_l', 0],
] as const)('%s of two words by their letters', async (metric, value) => {
  const grader: Grader = {
    ...{ type: 'text_similarity', name: 'alike', evaluation_metric: metric },
    ...{ input: '{{ sample.output_text }}', reference: 'abc' },
  };
  expect((await grade(grader, { answer: 'abd' })).reward).toBeCloseTo(value);
  expect(
    (await grade({ ...grader, reference: 'x y z w' }, { answer: 'x y z w' })).reward,
  ).toBeGreaterThan(0.9);
});

describe('a formula', () => {
  const of = (calculate_output: string): Grader => ({
    ...{ type: 'multi', name: 'all', calculate_output },
    graders: { a: check('eq', '1', '1'), b: check('eq', '1', '2') },
  });

  it.each([
    ['a', 1],
    ['(a + b) / 2', 0.5],
    ['0.2 * a + 0.8 * b', 0.2],
    ['2 ^ 3 ^ 2', 512],
    ['2 ** 3', 8],
    ['-2 ^ 2', -4],
    ['1 - 2 - 3', -4],
    ['12 / 3 / 2', 2],
    ['max(a, b, 0.5) + min(a, b)', 1],
    ['abs(-1.5) + floor(1.7) + ceil(0.1) + sqrt(4) + exp(0) + log(1)', 6.5],
    ['1e-1 + .5', 0.6],
  ])('%s is %d', async (text, value) => {
    expect((await grade(of(text), {})).reward).toBeCloseTo(value);
  });

  it.each([
    ['a +', 'ends too early'],
    ['c', 'no grader "c"'],
    ['a b', 'nothing is expected'],
    ['(a', '")" is missing'],
    ['a; process', 'does not go on at "; process"'],
    ['constructor(a)', 'no grader "constructor"'],
    ['abs(a, b)', 'abs takes one value'],
    [`${'('.repeat(100)}a${')'.repeat(100)}`, 'nested deeper'],
  ])('%s is refused', async (text, reason) => {
    expect(problemOf(of(text))).toContain(reason);
    expect(up(await grade(of(text), {}))).toMatchObject({ formula_parse_error: true });
  });

  it('that is no finite number is said', async () => {
    expect(up(await grade(of('a / b'), {}))).toMatchObject({ unresponsive_reward_error: true });
  });
});

it('of several tells each part that failed, by its name', async () => {
  const judge = {
    ...{ type: 'score_model' as const, model: 'tiny' },
    input: [{ role: 'user' as const, content: 'Rate.' }],
  };
  const program = (reason: string) => ({
    ...{ type: 'javascript' as const, name: 'own' },
    source: `function grade() { throw new Error('${reason}') }`,
  });
  const all: Grader = {
    ...{ type: 'multi', name: 'all', calculate_output: 'tone + facts + right + short + long' },
    graders: {
      tone: { ...judge, name: 'a' },
      facts: { ...judge, name: 'b' },
      right: check('eq', 'a', 'a'),
      short: program('too long'),
      long: program('too short'),
    },
  };
  const said = { tone: { failure: 'It is gone.' }, facts: { failure: 'It is busy.' } };
  const graded = await grade(all, { said });
  const judges = 'Grader "tone": It is gone. Grader "facts": It is busy.';
  const programs =
    'The program of the grader "short" failed: Error: too long. ' +
    'The program of the grader "long" failed: Error: too short.';
  expect(graded).toMatchObject({ reward: 0, scores: { right: 1 } });
  expect(graded.failure).toBe(`${judges} ${programs}`);
  expect(up(graded)).toEqual({
    model_grader_server_error: true,
    model_grader_server_error_details: judges,
    python_grader_runtime_error: true,
    python_grader_runtime_error_details: programs,
  });
});
