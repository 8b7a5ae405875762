/** Faults of what the platform stands on: network, clocks, messages, clients in a hurry. */
import { setTimeout as sleep } from 'node:timers/promises';
import { workSubject } from '@lathe/contracts/subject';
import { startNats, type TestNats } from '@lathe/testkit/nats';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { startOtherWorker } from './other-worker.ts';
import { seeded } from './random.ts';
import type { Scenario } from './scenario.ts';
import { type References, type Stage, withStage } from './stage.ts';
import { startTcpProxy } from './tcp-proxy.ts';
import { jobBody } from './workload.ts';

/** A platform without workers of its own on a nats-server that the fault can reach. */
async function onOwnNats(
  references: References,
  act: (stage: Stage, nats: TestNats) => Promise<void>,
): Promise<void> {
  await using nats = await startNats();
  const environment = { LATHE_NATS_URL: nats.url, LATHE_WORKERS: '0' };
  await withStage(references, (stage) => act(stage, nats), { environment });
}

const tenMinutesMs = 600_000;

export const worldFaults: readonly Scenario[] = [
  {
    fault: 'F7',
    title: 'a worker that trains loses NATS but not the store: one writer stays',
    run: (references) =>
      onOwnNats(references, async ({ lathe, client, submit, checkpoints }, nats) => {
        await using proxy = await startTcpProxy(nats.port);
        const natsUrl = nats.url.replace(`:${nats.port}`, `:${proxy.port}`);
        await using _far = startOtherWorker(lathe, { id: 'far', natsUrl });
        const id = await submit('long');
        await checkpoints(id, 1);
        proxy.cut();
        await using _near = startOtherWorker(lathe, { id: 'near', natsUrl: nats.url });
        await client.over(id);
      }),
  },
  ...[-tenMinutesMs, tenMinutesMs].map(
    (clockOffMs): Scenario => ({
      fault: 'F8',
      title: `a worker whose clock is ${Math.abs(clockOffMs) / 60_000} minutes ${clockOffMs < 0 ? 'slow' : 'fast'}`,
      run: (references) =>
        onOwnNats(references, async ({ lathe, client, submit }, nats) => {
          const off = { id: 'off', natsUrl: nats.url, clockOffMs };
          await using _worker = startOtherWorker(lathe, off);
          await client.over(await submit('lora'));
        }),
    }),
  ),
  {
    fault: 'F9',
    title: 'each message of a job delivered again and again, in any order',
    run: (references) =>
      onOwnNats(references, async ({ lathe, client, submit }, nats) => {
        await using _worker = startOtherWorker(lathe, { id: 'one', natsUrl: nats.url });
        const connection = await connect({
          servers: nats.url.replace(/\/\/.*@/, '//'),
          token: token(nats),
        });
        const id = await submit('lora');
        const stream = jetstream(connection);
        const repeat = async (): Promise<void> => {
          for (const stage of ['evaluate', 'train', 'ingest'] as const)
            for (const epoch of [0, 1, 2]) {
              const message = {
                version: 1,
                project: 'default',
                jobId: id,
                epoch,
                requestId: 'again',
              };
              await stream.publish(workSubject(stage), JSON.stringify(message));
            }
        };
        for (let count = 0; count < 10; count++) {
          await repeat();
          await sleep(200);
        }
        await client.over(id);
        await repeat();
        await sleep(1000);
        await connection.close();
      }),
  },
  {
    fault: 'F10',
    title: 'a job whose numbers run away fails alone, with its reason',
    run: (references) =>
      withStage(references, async ({ client, ledger, submit }) => {
        const neighbour = await submit('lora');
        const body = jobBody('layers', ledger.files[0]?.id ?? '', 'reference-poison') as {
          lathe: object;
        };
        const lathe = { ...body.lathe, learning_rate: 10, max_grad_norm: undefined };
        const poison = await client.create({ ...body, lathe }, 'poison');
        const [{ status, error }, other] = await Promise.all([
          client.over(poison.id),
          client.over(neighbour),
        ]);
        if (other.status !== 'succeeded') throw new Error(`its neighbour is ${other.status}`);
        if (status === 'failed' && !/finite|diverged/.test(error?.message ?? ''))
          throw new Error(`it failed without its reason: ${error?.message}`);
        if (status !== 'failed' && status !== 'succeeded') throw new Error(`it is ${status}`);
      }),
  },
  {
    fault: 'F19',
    title: 'cancelled at any moment, twice and at once: one end each',
    run: (references) =>
      withStage(references, async ({ client, submit, ledger }) => {
        await submit('lora');
        const file = ledger.files[0]?.id ?? '';
        const random = seeded(19);
        const races = Array.from({ length: 12 }, async (_, index) => {
          const name = `reference-race-${index}`;
          const { id } = await client.create(jobBody('ia3', file, name), name);
          await sleep(random.below(6000));
          await Promise.all([cancelOnce(client, id), cancelOnce(client, id)]);
          const { status } = await client.over(id);
          const ends = (await client.events(id)).filter(({ message }) =>
            /has successfully completed|cancelled|failed/i.test(message),
          );
          if (status !== 'succeeded' && status !== 'cancelled')
            throw new Error(`${id} is ${status}`);
          if (ends.length !== 1) throw new Error(`${id} ended ${ends.length} times`);
        });
        await Promise.all(races);
      }),
  },
];

/** Asks for the end of a job; one that is over already refuses. */
async function cancelOnce({ cancelOrRefused }: Stage['client'], id: string): Promise<void> {
  const status = await cancelOrRefused(id);
  if (status !== 200 && status !== 409 && status !== 400)
    throw new Error(`cancelling ${id} answered ${status}`);
}

function token(nats: TestNats): string {
  return new URL(nats.url.replace('nats:', 'http:')).username;
}
