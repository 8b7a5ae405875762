import { inferenceCancelSubject } from '@lathe/contracts/subject';
import { type PlatformNats, startPlatformNats } from '@lathe/testkit/platform-nats';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { askEvaluators } from './ask-evaluators.ts';

let platform: PlatformNats;
beforeAll(async () => {
  platform = await startPlatformNats();
});
afterAll(() => platform[Symbol.asyncDispose]());
// The clock of the waits stands still until a test moves it, so that a slow machine changes nothing.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const waits = { inferenceAcceptMs: 300, inferenceSilenceMs: 300 };

/** Asks a question, and hands out a way to reply to it and what was told about leaving. */
async function ask(requestId: string) {
  const { connection } = platform.nats;
  const subject = `test.${requestId}`;
  const cancelled: string[] = [];
  const asked = Promise.withResolvers<(piece: string) => Promise<void>>();
  connection.subscribe(subject, {
    callback: (_, message) =>
      asked.resolve(async (piece) => {
        message.respond(JSON.stringify(piece));
        await connection.flush();
      }),
  });
  connection.subscribe(inferenceCancelSubject(requestId), {
    callback: (_, message) => void cancelled.push(message.subject),
  });
  await connection.flush();
  const envelope = { requestId, project: 'default', model: 'tiny' };
  const question = {
    ...{ subject, message: { envelope, payload: new Uint8Array(2) }, param: 'messages' },
    read: (json: unknown) => String(json),
    isLast: (piece: string) => piece === 'last',
  };
  const pieces = askEvaluators(connection, waits, question, new AbortController().signal);
  return { pieces, reply: () => asked.promise, cancelled };
}

test('an evaluator that falls silent is given up and told to stop', async () => {
  const { pieces, reply, cancelled } = await ask('silent');
  const first = pieces.next();
  await (await reply())('accepted');
  expect(await first).toEqual({ done: false, value: 'accepted' });
  const second = pieces.next();
  const refused = expect(second).rejects.toMatchObject({ code: 'timeout', retryAfterMs: 1000 });
  await vi.advanceTimersByTimeAsync(waits.inferenceSilenceMs);
  await refused;
  await platform.nats.connection.flush();
  await vi.waitFor(() => expect(cancelled).toHaveLength(1));
});

test('heartbeats keep a slow answer alive', async () => {
  const { pieces, reply, cancelled } = await ask('slow');
  let next = pieces.next();
  const say = await reply();
  for (let beat = 0; beat < 5; beat++) {
    await vi.advanceTimersByTimeAsync(waits.inferenceSilenceMs - 1);
    await say('waiting');
    expect(await next).toEqual({ done: false, value: 'waiting' });
    next = pieces.next();
  }
  await say('last');
  expect(await next).toEqual({ done: false, value: 'last' });
  expect(await pieces.next()).toEqual({ done: true, value: undefined });
  expect(cancelled).toEqual([]);
});
