import { once } from 'node:events';
import { LatheError } from '@lathe/contracts/error';
import type { WorkMessage } from '@lathe/contracts/message/work';
import { streams, workSubject } from '@lathe/contracts/subject';
import { type PlatformNats, quickSettings, startPlatformNats } from '@lathe/testkit/platform-nats';
import { expect, it } from 'vitest';
import { ArtifactError } from '../artifacts/port.ts';
import { listEvents } from './events.ts';
import { pause } from './pause.ts';
import { consumeWork, publishWork } from './work.ts';
import type { ConsumeOptions, WorkHandler } from './work-handler.ts';

const message = (jobId: string, epoch = 1): WorkMessage => ({
  version: 1,
  project: 'p',
  jobId,
  epoch,
  requestId: 'req_1',
});

/** Runs a consumer until the disposal of the result. */
function consume(
  { nats }: PlatformNats,
  handler: WorkHandler,
  options: Partial<ConsumeOptions> = {},
) {
  const controller = new AbortController();
  const failed: { jobId: string; reason: string }[] = [];
  const done = consumeWork(nats, 'ingest', handler, {
    concurrency: 1,
    signal: controller.signal,
    retryDelayMs: 20,
    onFailure: async (work, error) => {
      failed.push({ jobId: work.jobId, reason: (error as Error).message });
    },
    ...options,
  });
  const stop = (): Promise<void> => {
    controller.abort();
    return done;
  };
  return { failed, stop, [Symbol.asyncDispose]: stop };
}

async function waiting({ nats }: PlatformNats): Promise<number> {
  return (await nats.manager.streams.info(streams.work.name)).state.messages;
}

it('delivers a message once, however often it is published', async () => {
  await using platform = await startPlatformNats();
  for (let times = 0; times < 3; times++)
    await publishWork(platform.nats, 'ingest', message('ftjob-a'));
  await publishWork(platform.nats, 'ingest', message('ftjob-a', 2));
  const seen: string[] = [];
  await using _ = consume(platform, async (work, context) => {
    seen.push(`${work.jobId} ${work.epoch} ${context.deliveries}`);
    return { kind: 'done' };
  });
  await expect.poll(() => waiting(platform)).toBe(0);
  expect(seen).toEqual(['ftjob-a 1 1', 'ftjob-a 2 1']);
});

it('keeps to its concurrency and fetches nothing ahead', async () => {
  await using platform = await startPlatformNats({ ...quickSettings, ackWaitMs: 3_600_000 });
  for (let index = 0; index < 6; index++)
    await publishWork(platform.nats, 'ingest', message(`ftjob-${index}`));
  const running = { here: 0, there: 0 };
  const most = { here: 0, there: 0 };
  const full = Promise.withResolvers<void>();
  const handler =
    (side: 'here' | 'there'): WorkHandler =>
    async () => {
      most[side] = Math.max(most[side], ++running[side]);
      if (running.here + running.there === 3) full.resolve();
      await full.promise;
      running[side]--;
      return { kind: 'done' };
    };
  await using _first = consume(platform, handler('here'), { concurrency: 2 });
  await using _second = consume(platform, handler('there'), { concurrency: 1 });
  // A message held back would wait for the ack wait, which is longer than any test waits.
  await expect.poll(() => waiting(platform), { interval: 20 }).toBe(0);
  expect(most).toEqual({ here: 2, there: 1 });
});

it('delivers again after the asked delay, and never what was dropped', async () => {
  await using platform = await startPlatformNats();
  await publishWork(platform.nats, 'ingest', message('ftjob-retry'));
  await publishWork(platform.nats, 'ingest', message('ftjob-drop'));
  const times: number[] = [];
  const dropped: string[] = [];
  await using _ = consume(platform, async (work, context) => {
    if (work.jobId === 'ftjob-drop') {
      dropped.push(work.jobId);
      return { kind: 'drop', reason: 'of an old epoch' };
    }
    times.push(performance.now());
    return context.deliveries < 2 ? { kind: 'retry', delayMs: 300 } : { kind: 'done' };
  });
  await expect.poll(() => waiting(platform)).toBe(0);
  expect(times).toHaveLength(2);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(280);
  expect(dropped).toHaveLength(1);
});

it('tries work that threw again, and fails its job at the last delivery', async () => {
  await using platform = await startPlatformNats();
  await publishWork(platform.nats, 'ingest', message('ftjob-a'));
  const deliveries: [number, boolean][] = [];
  await using consumer = consume(platform, async (_, context) => {
    deliveries.push([context.deliveries, context.lastDelivery]);
    throw new Error('the disk is away');
  });
  await expect.poll(() => consumer.failed).toHaveLength(1);
  expect(consumer.failed).toEqual([{ jobId: 'ftjob-a', reason: 'the disk is away' }]);
  expect(deliveries).toEqual([
    [1, false],
    [2, false],
    [3, true],
  ]);
  await expect.poll(() => waiting(platform)).toBe(0);
});

it('tries work for as long as what it needs is away, and uses up no delivery of it', async () => {
  await using platform = await startPlatformNats();
  await publishWork(platform.nats, 'ingest', message('ftjob-a'));
  let tries = 0;
  await using consumer = consume(platform, async () => {
    if (++tries < 8) throw new ArtifactError('full', 'the disk is full');
    return { kind: 'done' };
  });
  await expect.poll(() => tries).toBe(8);
  await expect.poll(() => waiting(platform)).toBe(0);
  expect(consumer.failed).toEqual([]);
  const query = { limit: 10, newestFirst: false };
  const [told, ...more] = await listEvents(platform.nats, 'p', 'ftjob-a', query);
  expect(told?.event).toMatchObject({ name: 'log', level: 'warn' });
  expect(told?.event.message).toContain('is full or away');
  expect(more).toEqual([]);
});

it('keeps work that waits for the store though it waits for longer than the server does', async () => {
  await using platform = await startPlatformNats();
  await publishWork(platform.nats, 'ingest', message('ftjob-a'));
  let tries = 0;
  const handler: WorkHandler = async () => {
    if (++tries < 4) throw new ArtifactError('unavailable', 'the store is away');
    return { kind: 'done' };
  };
  // The last delivery waits for 2.4 seconds, and the server for one.
  await using consumer = consume(platform, handler, { retryDelayMs: 600, concurrency: 2 });
  await expect.poll(() => waiting(platform)).toBe(0);
  expect({ tries, failed: consumer.failed }).toEqual({ tries: 4, failed: [] });
  const { state } = await platform.nats.manager.streams.info(streams.dead.name);
  expect(state.messages).toBe(0);
});

it('fails a job at once when no retry can help', async () => {
  await using platform = await startPlatformNats();
  await publishWork(platform.nats, 'ingest', message('ftjob-a'));
  await using consumer = consume(platform, () => {
    throw new LatheError('invalid_file_format', 'Line 3 is no JSON.');
  });
  await expect.poll(() => consumer.failed).toHaveLength(1);
  await expect.poll(() => waiting(platform)).toBe(0);
});

it('keeps work that moves beyond the ack wait', async () => {
  await using platform = await startPlatformNats();
  await publishWork(platform.nats, 'ingest', message('ftjob-a'));
  let calls = 0;
  await using _ = consume(
    platform,
    async (_work, context) => {
      calls++;
      for (let step = 0; step < 25; step++) {
        await pause(100, context.signal);
        context.progress();
      }
      return { kind: 'done' };
    },
    { concurrency: 2 },
  );
  await expect.poll(() => waiting(platform)).toBe(0);
  expect(calls).toBe(1);
});

it('takes work away from a handler that hangs, and tells it', async () => {
  await using platform = await startPlatformNats();
  await publishWork(platform.nats, 'ingest', message('ftjob-a'));
  let told = '';
  await using _ = consume(
    platform,
    async (_work, context) => {
      if (context.deliveries > 1) return { kind: 'done' };
      await once(context.signal, 'abort');
      told = String(context.signal.reason);
      return { kind: 'done' };
    },
    { concurrency: 2 },
  );
  await expect.poll(() => waiting(platform)).toBe(0);
  await expect.poll(() => told).toContain('nothing moved for 1 seconds');
});

it('gives interrupted work back at shutdown, at once and as if it were new', async () => {
  await using platform = await startPlatformNats({ ...quickSettings, ackWaitMs: 3_600_000 });
  await publishWork(platform.nats, 'ingest', message('ftjob-a'));
  const started = Promise.withResolvers<void>();
  const first = consume(platform, async (_work, context) => {
    started.resolve();
    await once(context.signal, 'abort');
    context.signal.throwIfAborted();
    return { kind: 'done' };
  });
  await started.promise;
  await first.stop();
  let deliveries = 0;
  await using _ = consume(platform, async (_work, context) => {
    deliveries = context.deliveries;
    return { kind: 'done' };
  });
  await expect.poll(() => deliveries, { interval: 10 }).toBe(1);
  await expect.poll(() => waiting(platform)).toBe(0);
});

it('takes many pieces of work at a time over one subscription', async () => {
  await using platform = await startPlatformNats();
  const count = 300;
  await Promise.all(
    Array.from({ length: count }, (_, index) =>
      publishWork(platform.nats, 'ingest', message(`ftjob-${index}`)),
    ),
  );
  const held = new Set<string>();
  const release = Promise.withResolvers<void>();
  await using _ = consume(
    platform,
    async (work, context) => {
      held.add(work.jobId);
      const alive = setInterval(context.progress, 200);
      await release.promise;
      clearInterval(alive);
      return { kind: 'done' };
    },
    { concurrency: 512 },
  );
  await expect.poll(() => held.size).toBe(count);
  await publishWork(platform.nats, 'ingest', message('ftjob-late'));
  await expect.poll(() => held.has('ftjob-late')).toBe(true);
  release.resolve();
  await expect.poll(() => waiting(platform)).toBe(0);
});

it('forgets deliveries that were held for long, but not those of services that end at once', async () => {
  await using platform = await startPlatformNats({ ...quickSettings, ackWaitMs: 300 });
  const { nats } = platform;
  const consumer = await nats.jetstream.consumers.get(streams.work.name, 'lathe-ingest');
  const hold = async (ms: number): Promise<number> => {
    // A service that takes the message, says for a while that it works, and dies.
    const taken = await consumer.next({ expires: 3000 });
    const alive = setInterval(() => taken?.working(), 100);
    await pause(ms, new AbortController().signal);
    clearInterval(alive);
    return taken?.info.deliveryCount ?? 0;
  };
  await publishWork(nats, 'ingest', message('ftjob-waits'));
  expect(await hold(2500)).toBe(1);
  const seen: [string, number][] = [];
  const handler: WorkHandler = async (work, context) => {
    seen.push([work.jobId, context.deliveries]);
    return { kind: 'done' };
  };
  const first = consume(platform, handler, { heldLong: true });
  await expect.poll(() => seen).toEqual([['ftjob-waits', 1]]);
  await first.stop();
  await publishWork(nats, 'ingest', message('ftjob-kills'));
  expect(await hold(0)).toBe(1);
  await using _ = consume(platform, handler, { heldLong: true });
  await expect.poll(() => seen.at(-1)).toEqual(['ftjob-kills', 2]);
});

it('stops at once when there is no work', async () => {
  await using platform = await startPlatformNats();
  const consumer = consume(platform, async () => ({ kind: 'done' }));
  await pause(200, new AbortController().signal);
  await consumer.stop();
});

it('drops what cannot be read and goes on', async () => {
  await using platform = await startPlatformNats();
  const { nats } = platform;
  await nats.jetstream.publish(workSubject('ingest'), 'not JSON');
  await nats.jetstream.publish(workSubject('ingest'), '{"version":9}');
  await publishWork(nats, 'ingest', message('ftjob-a'));
  const seen: string[] = [];
  await using _ = consume(platform, async (work) => {
    seen.push(work.jobId);
    return { kind: 'done' };
  });
  await expect.poll(() => waiting(platform)).toBe(0);
  expect(seen).toEqual(['ftjob-a']);
});

it('loses no acknowledged message when the server is killed', async () => {
  await using platform = await startPlatformNats();
  const seen = new Set<string>();
  await using _ = consume(platform, async (work) => {
    seen.add(work.jobId);
    return { kind: 'done' };
  });
  const acknowledged: string[] = [];
  for (let index = 0; index < 40; index++) {
    if (index === 20) {
      await platform.server.kill();
      await platform.server.restart();
    }
    const jobId = `ftjob-${index}`;
    await publishWork(platform.nats, 'ingest', message(jobId)).then(
      () => acknowledged.push(jobId),
      () => undefined,
    );
  }
  expect(acknowledged.length).toBeGreaterThan(20);
  await expect.poll(() => acknowledged.filter((jobId) => !seen.has(jobId))).toEqual([]);
});
