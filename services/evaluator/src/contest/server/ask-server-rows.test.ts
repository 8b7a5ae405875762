import { completionBody, type ServerRequest, startModelServer } from '@lathe/testkit/model-server';
import { expect, it, onTestFinished } from 'vitest';
import { type AnsweredRow, toQuestion } from '../../texts/held-out.ts';
import { askServerRows, type ServerTask } from './ask-server-rows.ts';

const settings = {
  ...{ serverSlots: 2, serverContestMs: 60_000 },
  ...{ serverTimeoutMs: 10_000, serverAttempts: 1 },
};
const tool = { type: 'function' as const, function: { name: 'find' } };
const call = (told: string) => ({
  ...{ id: 'c', type: 'function' as const, function: { name: 'find', arguments: told } },
});

/** A row with a tool: its question, and the arguments of the call that is expected, or the text. */
function task(
  line: number,
  expected: { readonly told?: string; readonly text?: string },
): ServerTask {
  const { told, text = '' } = expected;
  const answer = { role: 'assistant' as const, content: text };
  const row: AnsweredRow = {
    ...{ kind: 'chat', line, tools: [tool] },
    messages: [
      { role: 'user', content: `q${line}` },
      { role: 'assistant', content: 'a', weight: 0 },
      { role: 'user', content: 'go on' },
      told === undefined ? answer : { ...answer, tool_calls: [call(told)] },
    ],
  };
  return { row: { ...toQuestion(row), row, examples: [] }, maxTokens: 32 };
}

async function ask(
  tasks: readonly ServerTask[],
  answer: (request: ServerRequest) => { readonly status: number; readonly body: string },
  change: { readonly signal?: AbortSignal; readonly serverContestMs?: number } = {},
) {
  const server = await startModelServer(answer);
  onTestFinished(() => server[Symbol.asyncDispose]());
  const { signal = new AbortController().signal, ...other } = change;
  const ports = { settings: { ...settings, ...other }, signal, onAnswer: () => undefined };
  const invited = { server: { url: server.url, key: null }, model: 'big' };
  return { server, found: askServerRows(invited, tasks, ports) };
}

function questionOf({ json }: ServerRequest): string {
  return (json as { messages: { content: string }[] }).messages[0]?.content ?? '';
}

it('asks with the tools of a row, and judges calls by what they say', async () => {
  const tasks = [
    task(1, { told: '{"at": 1, "of": 2}' }),
    task(2, { told: '{}' }),
    task(3, { text: 'no' }),
  ];
  const replies: Record<string, object> = {
    q1: { content: null, tool_calls: [call('{"of":2,"at":1.0}')] },
    q2: { content: 'find' },
    q3: { content: ' no ' },
  };
  const { server, found } = await ask(tasks, (request) => ({
    status: 200,
    body: completionBody(replies[questionOf(request)] ?? {}),
  }));
  expect(await found).toEqual({
    ...{ name: `model big at ${server.url}`, model: 'big', shots: 0 },
    ...{ loss: null, supervisedTokens: 0 },
    // It counts no tokens, but takes its time.
    usage: { answers: 3, milliseconds: expect.any(Number), atOnce: 2 },
    toolCalls: expect.objectContaining({
      ...{ correct: 1, total: 2 },
      failures: { noCall: 1, wrongName: 0, wrongArguments: 0, unwantedCall: 0 },
    }),
    answers: [
      { text: 'find({"of":2,"at":1.0})', isRight: true },
      { text: 'find', isRight: false },
      { text: 'no', isRight: true },
    ],
  });
  const { messages, ...asked } = (
    server.asked.find((request) => questionOf(request) === 'q1') ?? expect.fail('q1 was not asked')
  ).json as { messages: object[] };
  expect(asked).toMatchObject({ tools: [tool], max_tokens: 32 });
  expect(messages[1]).toEqual({ role: 'assistant', content: 'a' });
});

it('leaves a model out that a row cannot be asked, by its line', async () => {
  const tasks = Array.from({ length: 20 }, (_, at) => task(at + 1, { text: 'yes' }));
  const { server, found } = await ask(tasks, (request) =>
    questionOf(request) === 'q5'
      ? { status: 400, body: 'sk-secret' }
      : { status: 200, body: completionBody({ content: 'yes' }) },
  );
  expect(await found).toEqual({
    note: `The model big at ${server.url} took no part: line 5 could not be asked. The server ${server.url} answered with status 400.`,
  });
  // Nobody pays for answers that no one looks at.
  expect(server.asked.length).toBeLessThan(9);
});

it('ends with the evaluation, and when all rows together take too long', async () => {
  const controller = new AbortController();
  const busy = () => {
    controller.abort();
    return { status: 500, body: '{}' };
  };
  const { signal } = controller;
  const stopped = await ask([task(1, { text: 'yes' })], busy, { signal });
  await expect(stopped.found).rejects.toMatchObject({ name: 'AbortError' });
  const ok = () => ({ status: 200, body: completionBody({ content: 'yes' }) });
  const late = await ask([task(1, { text: 'yes' })], ok, { serverContestMs: 0 });
  expect(await late.found).toEqual({
    note: expect.stringContaining('did not answer all rows within'),
  });
});
