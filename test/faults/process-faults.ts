/** Faults of processes: killed, frozen, restarted, started twice. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '@lathe/testkit/free-port';
import { freeze } from '@lathe/testkit/freeze';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { eventually, startLathe } from './lathe-process.ts';
import { type PartName, partsUnder } from './parts.ts';
import type { Scenario } from './scenario.ts';
import { withStage } from './stage.ts';
import { jobBody } from './workload.ts';

const startScript = fileURLToPath(new URL('../../scripts/start.ts', import.meta.url));
/** Longer than the lease of `shortTimes`. */
const hangMs = 6000;

export const processFaults: readonly Scenario[] = [
  {
    fault: 'F1',
    title: 'kill -9 of the worker four times, each after a new checkpoint',
    run: (references) =>
      withStage(
        references,
        async ({ lathe, submit, checkpoints }) => {
          const id = await submit('long');
          // More losses than a job may have without progress: a newer checkpoint sets the count back.
          for (let count = 1; count <= 4; count++) {
            await checkpoints(id, count);
            process.kill(await lathe.part('worker'), 'SIGKILL');
          }
        },
        { environment: { LATHE_WORKERS: '1' } },
      ),
  },
  {
    fault: 'F1',
    title: 'kill -9 of the engine that trains, and of the one that scores',
    run: (references) =>
      withStage(references, async ({ lathe, client, submit, checkpoints, until }) => {
        const id = await submit('long');
        await checkpoints(id, 1);
        process.kill(await lathe.part("worker's engine"), 'SIGKILL');
        await eventually('the evaluation', async () => {
          const told = (await client.events(id)).map(({ message }) => message);
          return told.includes('Evaluating the tuned model.') ? true : undefined;
        });
        for (let count = 0; count < 2; count++) {
          process.kill(await lathe.part("evaluator's engine"), 'SIGKILL');
          await sleep(200);
        }
        await until(id, 'the end', ({ status }) => status === 'succeeded');
      }),
  },
  {
    fault: 'F2',
    title: 'SIGSTOP of a worker beyond its lease, then SIGCONT: a zombie',
    run: (references) =>
      withStage(references, async ({ lathe, submit, checkpoints, client }) => {
        const id = await submit('long');
        await checkpoints(id, 1);
        const workers = (await lathe.parts()).filter(({ name }) => name === 'worker');
        for (const { pid } of workers) await freeze(pid);
        await sleep(hangMs);
        for (const { pid } of workers) process.kill(pid, 'SIGCONT');
        await client.over(id);
      }),
  },
  {
    fault: 'F3',
    title: 'kill -9 of the gateway in an upload, in a stream, and around a create',
    run: (references) =>
      withStage(references, async ({ lathe, client, ledger, submit }) => {
        const killGateway = async (): Promise<void> => {
          process.kill(await lathe.part('gateway'), 'SIGKILL');
        };
        const headers = { authorization: `Bearer ${lathe.apiKey}` };
        const form = new FormData();
        form.set('purpose', 'fine-tune');
        form.set('file', new Blob([new Uint8Array(64 * 2 ** 20)]), 'large.jsonl');
        const upload = fetch(`${lathe.url}/v1/files`, { method: 'POST', headers, body: form });
        const cut = upload.then(
          (response) => response.ok,
          () => false,
        );
        await killGateway();
        if (await cut) throw new Error('the upload was faster than the kill');
        await client.models();
        const stream = await client.send('/chat/completions', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            ...{ model: 'lathe-tiny', stream: true, max_tokens: 16 },
            messages: [{ role: 'user', content: 'Hello' }],
          }),
        });
        await stream.text();
        await submit('lora');
        const file = ledger.files[0]?.id ?? '';
        for (let count = 0; count < 5; count++) {
          const name = `around-${count}`;
          const created = client.create(jobBody('lora', file, name), name);
          await sleep(4 * count);
          await killGateway();
          ledger.submissions.push({ name, jobId: (await created).id, spec: 'lora' });
        }
      }),
  },
  {
    fault: 'F4',
    title: 'kill -9 of nats-server, five times under load',
    run: (references) =>
      withStage(references, async ({ lathe, submit }) => {
        for (let count = 0; count < 5; count++) {
          await submit(count % 2 === 0 ? 'lora' : 'ia3');
          process.kill(await lathe.part('nats-server'), 'SIGKILL');
        }
      }),
  },
  {
    fault: 'F5',
    title: 'nats-server frozen for a while: 503 with Retry-After, and training goes on',
    run: (references) =>
      withStage(
        references,
        async ({ lathe, submit, checkpoints }) => {
          const id = await submit('long');
          await checkpoints(id, 1);
          const nats = await lathe.part('nats-server');
          await freeze(nats);
          const answer = await fetch(`${lathe.url}/v1/fine_tuning/jobs`, {
            headers: { authorization: `Bearer ${lathe.apiKey}` },
          });
          process.kill(nats, 'SIGCONT');
          if (answer.status !== 503) throw new Error(`it answered ${answer.status}`);
          if (!answer.headers.has('retry-after')) throw new Error('the 503 has no Retry-After');
        },
        { environment: { LATHE_REQUEST_TIMEOUT: '4s' } },
      ),
  },
  {
    fault: 'F17',
    title: 'a rolling restart of every service while jobs are created',
    run: (references) =>
      withStage(references, async ({ lathe, submit }) => {
        const services: PartName[] = ['ingest', 'trainer', 'evaluator', 'worker', 'gateway'];
        for (const name of services) {
          await submit('lora');
          process.kill(await lathe.part(name), 'SIGTERM');
          await submit('ia3');
        }
      }),
  },
  {
    fault: 'F1',
    title: 'kill -9 of everything, nats-server included, and a start on the same data',
    run: (references) =>
      withStage(references, async ({ lathe, submit, checkpoints }) => {
        const id = await submit('long');
        await submit('lora');
        await checkpoints(id, 1);
        await lathe.killAll();
        await lathe.start();
        await lathe.ready();
      }),
  },
  {
    fault: 'C5',
    title: 'the end of npm start, asked for or not, is the end of every part',
    run: async () => {
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        await using lathe = await startLathe();
        const parts = await lathe.parts();
        await lathe.kill(signal);
        await eventually(`the end of all parts after ${signal}`, async () => {
          const left = parts.filter(({ pid }) => isAlive(pid));
          return left.length === 0 ? true : undefined;
        });
      }
    },
  },
  {
    fault: 'C5',
    title: 'of three starts at once on one folder one holds it',
    run: async () => {
      await using folder = await tempFolder();
      const starts = await Promise.all(
        Array.from({ length: 3 }, async () => {
          const environment = {
            ...process.env,
            ...{ LATHE_DATA: folder.path, LATHE_PORT: String(await freePort()) },
          };
          const stdio = ['ignore', 'ignore', 'pipe'] as const;
          return spawn(process.execPath, [startScript], { env: environment, stdio: [...stdio] });
        }),
      );
      const ended = starts.map(async (child) => {
        const [text] = await Promise.all([child.stderr?.toArray(), once(child, 'exit')]);
        return Buffer.concat(text ?? [])
          .toString()
          .trim();
      });
      const refusals = [await Promise.race(ended)];
      await eventually('two starts that are refused', async () =>
        starts.filter(({ exitCode }) => exitCode === 1).length === 2 ? true : undefined,
      );
      const holder = starts.find(({ exitCode }) => exitCode === null);
      await eventually('the parts of the holder', async () =>
        (await partsUnder(holder?.pid ?? -1)).length > 4 ? true : undefined,
      );
      holder?.kill('SIGTERM');
      await Promise.all(ended);
      const words = refusals[0] ?? '';
      if (words.split('\n').length !== 1 || words === '')
        throw new Error(`a refused start said: ${words}`);
    },
  },
];

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
