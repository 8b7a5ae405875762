import type { ShardExample } from '@lathe/contracts/artifact/shard';
import { encodeCompletion } from '@lathe/tokenizer/completion-example';
import { afterAll, describe, expect, it } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { chatRow } from '../integration/records.fixture.ts';
import type { ServedModel } from '../models/models.ts';
import { drawShots, examplesWithShots, withShots } from '../texts/few-shot.ts';
import { type AnsweredRow, type HeldOutRow, toQuestion } from '../texts/held-out.ts';
import { openTinyKit } from '../texts/tiny-kit.fixture.ts';
import { fewShotEntrant, runEntrant, tasksFor } from './contest.ts';

const tiny = await openTinyKit();
afterAll(() => tiny[Symbol.asyncDispose]());
const { folder, texts, kit, facts } = tiny;

const { signal } = new AbortController();
const limits = { answerSlack: 4, answerMost: 50 };
const ports = { texts, limits, project: 'default', signal };
const served = (room: number, style: ServedModel['style'] = 'chat'): ServedModel => ({
  name: 'tiny',
  style,
  facts,
  task: { type: 'generation' },
  texts: folder,
  engine: { folder: folder, adapter: null, maxContext: room },
  room,
});
const heldOut = (row: AnsweredRow): HeldOutRow => ({
  ...toQuestion(row),
  row,
  examples: examplesWithShots(kit, row, []),
});
const text = (tokens: Iterable<number>) => kit.tokenizer.decode(tokens);
async function* stream(rows: readonly AnsweredRow[]) {
  yield* rows;
}

describe('toQuestion', () => {
  it('asks for the last answer that is trained on', () => {
    const messages = [
      { role: 'user' as const, content: 'a' },
      { role: 'assistant' as const, content: ' b ' },
      { role: 'user' as const, content: 'c' },
      { role: 'assistant' as const, content: 'd', weight: 0 as const },
    ];
    const question = toQuestion({ kind: 'chat', line: 3, messages });
    expect(question).toEqual({ line: 3, context: [messages[0]], expected: 'b' });
  });
});

describe('drawShots', () => {
  const labels = ['red', 'green', 'blue'];
  const rows = Array.from({ length: 60 }, (_, index) =>
    chatRow(index + 1, `question ${index}`, labels[index < 50 ? 0 : 1 + (index % 2)] as string),
  );
  const options = { seed: 1, count: 6, isFixed: true, labelsMost: 10 };
  const answers = (shots: readonly AnsweredRow[]) => shots.map((row) => toQuestion(row).expected);

  it('shows every label equally often, the same rows for the same seed', async () => {
    const shots = await drawShots(stream(rows), options);
    expect(answers(shots).toSorted()).toEqual(['blue', 'blue', 'green', 'green', 'red', 'red']);
    expect(await drawShots(stream(rows), options)).toEqual(shots);
    expect(await drawShots(stream(rows), { ...options, seed: 2 })).not.toEqual(shots);
  });

  it('shows at least one of each label unless the number was asked for', async () => {
    const few = { ...options, count: 2 };
    expect(await drawShots(stream(rows), few)).toHaveLength(2);
    const open = await drawShots(stream(rows), { ...few, isFixed: false });
    expect(answers(open).toSorted()).toEqual(['blue', 'green', 'red']);
  });

  it('draws any rows when answers are no labels, and all when there are few', async () => {
    const free = rows.map((row, index) => chatRow(row.line, 'q', `answer ${index}`));
    expect(await drawShots(stream(free), options)).toHaveLength(6);
    expect(await drawShots(stream(rows.slice(0, 3)), options)).toHaveLength(3);
    expect(await drawShots(stream([]), options)).toEqual([]);
    expect(await drawShots(stream(rows), { ...options, count: 0 })).toEqual([]);
  });
});

describe('few-shot prompts', () => {
  const shot = chatRow(1, 'one', 'ONE');
  it('put examples as turns after the system message, and score the last answer only', async () => {
    const row: AnsweredRow = {
      kind: 'chat',
      line: 2,
      messages: [{ role: 'system', content: 'S' }, ...(chatRow(2, 'two', 'TWO') as Chat).messages],
    };
    const roles = withShots(row.messages, [shot]).map((message) => message.role);
    expect(roles).toEqual(['system', 'user', 'assistant', 'user', 'assistant']);
    const [{ tokens, supervised }] = examplesWithShots(kit, row, [shot]) as [ShardExample];
    expect(text(tokens)).toBe(
      '<|system|>S<|end|><|user|>one<|end|><|assistant|>ONE<|end|><|user|>two<|end|><|assistant|>TWO<|end|>',
    );
    expect(text(tokens.filter((_, at) => supervised[at] === 1))).toBe('TWO<|end|>');
    const [task] = (await tasksFor(served(512), [heldOut(row)], { ...ports, shots: [shot] })) ?? [];
    expect(text(task?.prompt ?? [])).toBe(
      '<|system|>S<|end|><|user|>one<|end|><|assistant|>ONE<|end|><|user|>two<|end|><|assistant|>',
    );
  });

  it('of completions put whole examples before the prompt', async () => {
    const row: AnsweredRow = { kind: 'completion', line: 2, prompt: 'b=', completion: '2' };
    const other: AnsweredRow = { kind: 'completion', line: 1, prompt: 'a=', completion: '1' };
    const encoded = encodeCompletion(kit.tokenizer, { prompt: 'b=', completion: '2', eos: 0 });
    const example = { ...encoded, tokens: Int32Array.from(encoded.tokens) };
    const rows = [{ ...toQuestion(row), row, examples: [example] }];
    const model = served(512, 'completion');
    const [task] = (await tasksFor(model, rows, { ...ports, shots: [other] })) ?? [];
    expect(text(task?.prompt ?? [])).toBe('a=1\n\nb=');
    expect(text(task?.examples[0]?.tokens ?? [])).toBe('a=1\n\nb=2<|end|>');
    const [plain] = (await tasksFor(model, rows, { ...ports, shots: [] })) ?? [];
    expect(text(plain?.prompt ?? [])).toBe('b=');
  });

  it('hold as many examples as fit before every row, or do not take part', async () => {
    const shots = Array.from({ length: 8 }, (_, index) => chatRow(index, 'x'.repeat(20), 'y'));
    const rows = [heldOut(chatRow(20, 'z', 'y')), heldOut(chatRow(21, 'z'.repeat(60), 'y'))];
    const entrant = await fewShotEntrant(served(200), rows, { ...ports, shots });
    // 25 tokens an example; 63 for the longer prompt, 5 for its answer.
    expect(entrant?.shots).toBe(5);
    expect(entrant?.tasks.every(({ prompt, maxTokens }) => prompt.length + maxTokens <= 200)).toBe(
      true,
    );
    expect(await fewShotEntrant(served(80), rows, { ...ports, shots })).toBeNull();
    expect(await tasksFor(served(60), rows, { ...ports, shots: [] })).toBeNull();
  });

  it('ask a row that is as long as the context, for no longer an answer than there is room', async () => {
    const row = heldOut(chatRow(1, 'z'.repeat(60), 'y'));
    expect(row.examples.map(({ tokens }) => tokens.length)).toEqual([65]);
    const tasks = await tasksFor(served(65), [row], { ...ports, shots: [] });
    expect(tasks?.map(({ prompt, maxTokens }) => [prompt.length, maxTokens])).toEqual([[63, 2]]);
    expect(await tasksFor(served(64), [row], { ...ports, shots: [] })).toBeNull();
  });
});
type Chat = Extract<AnsweredRow, { kind: 'chat' }>;

describe('runEntrant', () => {
  it('has every row answered', async () => {
    const answers = [' yes\n', 'yes!', 'Yes', 'yes'];
    const rows = answers.map((_, index) => heldOut(chatRow(index, `q${index}`, 'yes')));
    const tasks = (await tasksFor(served(512), rows, { ...ports, shots: [] })) ?? [];
    const seen: number[] = [];
    const engine: Engine = {
      async *generate(_, { tokens }) {
        const index = tasks.findIndex(({ prompt }) => text(prompt) === text(tokens));
        for (const token of kit.tokenizer.encode(answers[index] ?? ''))
          yield { token, logprob: 0, top: [] };
      },
      score: async (_, examples) => ({
        loss: 1,
        supervisedTokens: examples.length,
        logProbabilities: [],
      }),
      predict: () => Promise.reject(new Error('a contest of texts predicts nothing')),
      forget: () => {},
    };
    const showing = await runEntrant(
      { name: 'tuned', model: served(512), shots: 0, tasks },
      {
        engine,
        texts,
        project: 'default',
        slots: 3,
        signal,
        onAnswer: (done) => seen.push(done),
      },
    );
    expect(showing).toMatchObject({
      name: 'tuned',
      answers: answers.map((answer) => ({ text: answer })),
      loss: 1,
    });
    // One token a byte.
    expect(showing.usage).toEqual({
      answers: 4,
      promptTokens: tasks.reduce((sum, { prompt }) => sum + prompt.length, 0),
      answerTokens: answers.join('').length,
      milliseconds: expect.any(Number),
      atOnce: 3,
    });
    expect(seen).toEqual([1, 2, 3, 4]);
  });
});
