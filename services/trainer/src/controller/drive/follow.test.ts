import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WatchJobResponse } from '../../generated/lathe/worker/v1/worker.ts';
import type { RunEvent } from '../../run-event.ts';
import { type WorkerClient, WorkerError } from '../workers/worker-client.ts';
import { followRun, WorkerLostError } from './follow.ts';

const run = { jobId: 'ftjob-1', epoch: 1 };
const options = {
  announced: () => true,
  ...{ workerLeaseMs: 1000, refusedMs: 1000, openStreamMs: 1000, reconnectMs: 0 },
  signal: new AbortController().signal,
};

/** A worker whose every stream sends these bytes, decoded as the client does, and then breaks. */
function workerThatSends(sent: readonly Uint8Array[], calls: { count: number }): WorkerClient {
  const never = () => Promise.reject(new Error('not asked'));
  return {
    ...{
      estimate: never,
      start: never,
      pause: never,
      resume: never,
      cancel: never,
      close: () => undefined,
    },
    async *watch(_run, after, { onOpen }) {
      if (++calls.count > 20) throw new Error('it goes on for ever');
      onOpen();
      for (const bytes of sent) {
        let message: WatchJobResponse;
        try {
          message = WatchJobResponse.decode(bytes);
        } catch (cause) {
          throw new WorkerError('failed', 'the bytes cannot be decoded', { cause });
        }
        if (message.sequence > after) yield message;
      }
      throw new WorkerError('failed', 'the stream broke');
    },
  };
}

async function follow(sent: readonly Uint8Array[]): Promise<RunEvent[]> {
  return Array.fromAsync(followRun(workerThatSends(sent, { count: 0 }), run, options));
}

const encode = (sequence: number, content: RunEvent): Uint8Array =>
  WatchJobResponse.encode(WatchJobResponse.create({ sequence, content })).finish();
const ended: RunEvent = {
  $case: 'result',
  value: { outcome: { $case: 'cancelled', value: {} } },
};

test('bytes of any kind lose this one run, or end it, and never throw anything else', async () => {
  const numbers = fc.oneof(fc.double(), fc.constant(Number.NaN), fc.constant(Infinity));
  const content = fc.oneof(
    fc.record({
      $case: fc.constant('evaluation' as const),
      value: fc.record({
        ...{ step: fc.nat(), loss: numbers, tokenAccuracy: numbers, supervisedTokens: fc.nat() },
        figures: fc.dictionary(fc.string(), numbers),
      }),
    }),
    fc.record({
      $case: fc.constant('log' as const),
      value: fc.record({ level: fc.string(), text: fc.string() }),
    }),
    fc.record({
      $case: fc.constant('progress' as const),
      value: fc.record({
        step: fc.nat(),
        totalSteps: fc.nat(),
        secondsLeft: numbers,
        tokensPerSecond: numbers,
      }),
    }),
    fc.constant({ $case: 'result' as const, value: { outcome: undefined } }),
    fc.constant(ended),
  );
  const message = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.tuple(fc.integer({ min: 1, max: 5 }), content).map(([at, told]) => encode(at, told)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 6 }), async (sent) => {
      const told = await follow(sent).catch((error: unknown) => error);
      if (Array.isArray(told)) {
        expect(told.at(-1)?.$case).toBe('result');
        for (const { value } of told as RunEvent[])
          expect(JSON.stringify(value)).not.toMatch(/(?:loss|secondsLeft)":null/);
      } else expect(told).toBeInstanceOf(WorkerLostError);
    }),
  );
});

test.each<[RunEvent, string]>([
  [
    {
      $case: 'evaluation',
      value: { step: 1, loss: Number.NaN, tokenAccuracy: 0, supervisedTokens: 1, figures: {} },
    },
    'evaluation.loss is NaN',
  ],
  [{ $case: 'result', value: { outcome: undefined } }, 'result has no outcome'],
])('%j is said to be unreadable', async (content, fault) => {
  await expect(follow([encode(1, content)])).rejects.toThrow(
    `The worker told what cannot be read: ${fault}.`,
  );
});

test('a worker that fails again and again is lost', async () => {
  await expect(follow([])).rejects.toThrow('The worker cannot tell of the run: the stream broke.');
});
