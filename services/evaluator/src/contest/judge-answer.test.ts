import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { writeTinyModel } from '@lathe/testkit/tiny-model';
import { tinyToolTemplate } from '@lathe/testkit/tiny-tokenizer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ServedModel } from '../models/models.ts';
import { examplesWithShots } from '../texts/few-shot.ts';
import { type AnsweredRow, toQuestion } from '../texts/held-out.ts';
import { openModelKit } from '../texts/model-kit.ts';
import { localTexts } from '../texts/texts.fixture.ts';
import { tasksFor } from './contest.ts';
import { callsReport, judgeAnswer } from './judge-answer.ts';

let folder: Awaited<ReturnType<typeof tempFolder>>;
beforeAll(async () => {
  folder = await tempFolder();
  await writeTinyModel(folder.path);
  await writeFile(join(folder.path, 'chat_template.jinja'), tinyToolTemplate);
});
afterAll(() => folder[Symbol.asyncDispose]());

const tool = (name: string) => ({ type: 'function' as const, function: { name } });
const called = (line: number, name: string, told: string): AnsweredRow => ({
  kind: 'chat',
  line,
  tools: [tool(name)],
  messages: [
    { role: 'user', content: `q${line}` },
    {
      role: 'assistant',
      content: '',
      tool_calls: [{ id: 'c', type: 'function', function: { name, arguments: told } }],
    },
  ],
});

it('asks with the tools of a row and of the examples before it, and judges calls by what they say', async () => {
  const kit = await openModelKit(folder.path);
  const texts = localTexts();
  const model: ServedModel = {
    name: 'tiny',
    task: { type: 'generation' },
    style: 'chat',
    facts: await texts.facts(folder.path),
    texts: folder.path,
    engine: { folder: folder.path, adapter: null, maxContext: 512 },
    room: 512,
  };
  const rows = [called(1, 'f', '{"a": 1}'), called(2, 'f', '{"a": 2.0}')].map((row) => ({
    ...toQuestion(row),
    row,
    examples: examplesWithShots(kit, row, []),
  }));
  expect(rows[1]).toMatchObject({ expected: 'f({"a": 2.0})', calls: [{ id: 'c' }] });
  const options = {
    texts,
    limits: { answerSlack: 4, answerMost: 50 },
    project: 'default',
    signal: new AbortController().signal,
  };
  const shots = [called(3, 'g', '{}')];
  const [task] = (await tasksFor(model, rows, { ...options, shots })) ?? [];
  expect(kit.tokenizer.decode(task?.prompt ?? [])).toBe(
    '<|system|>{"type": "function", "function": {"name": "f"}}{"type": "function", "function": {"name": "g"}}<|end|>' +
      '<|user|>q3<|end|><|assistant|><tool_call>{"name": "g", "arguments": {}}</tool_call><|end|>' +
      '<|user|>q1<|end|><|assistant|>',
  );
  const { tools } = model.facts;
  const form = 'form' in tools ? tools.form : null;
  const whole = '<tool_call>{"name": "f", "arguments": {"a": 1}}</tool_call>';
  // There is room for the answer as the template writes it.
  expect(task?.maxTokens).toBeGreaterThan(whole.length);
  const judged = [
    whole,
    'f({"a": 1})',
    '<tool_call>{"name": "g", "arguments": {"a": 1}}',
    '<tool_call>{"name": "f", "arguments": {"a": 3}}',
  ].map((answer) => judgeAnswer(task ?? { expected: '' }, answer, form));
  const text = { expected: 'yes', calls: [] };
  judged.push(judgeAnswer(text, whole, form), judgeAnswer(text, 'yes', form));
  expect(judged.map(({ isRight }) => isRight)).toEqual([true, false, false, false, false, true]);
  expect(callsReport(judged)).toMatchObject({
    correct: 1,
    total: 4,
    failures: { noCall: 1, wrongName: 1, wrongArguments: 1, unwantedCall: 1 },
  });
  expect(callsReport([judgeAnswer({ expected: 'a' }, 'a', form)])).toBeUndefined();
});
