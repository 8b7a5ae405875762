import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LatheProcess } from './lathe-process.ts';
import { shortTimes } from './stage.ts';

const workerMain = fileURLToPath(
  new URL('../../services/trainer/src/worker/main.ts', import.meta.url),
);
const skewedClock = new URL('./skewed-clock.ts', import.meta.url).href;

export type OtherWorker = {
  readonly id: string;
  /** Address of nats-server as this worker sees it. */
  readonly natsUrl: string;
  /** How far its wall clock is off. */
  readonly clockOffMs?: number;
};

/** A worker beside those that the platform started, on the same store, with its own working folder. */
export function startOtherWorker(
  { dataFolder }: LatheProcess,
  { id, natsUrl, clockOffMs = 0 }: OtherWorker,
): AsyncDisposable {
  const preload = clockOffMs === 0 ? [] : [`--import=${skewedClock}`];
  const child = spawn(process.execPath, [...preload, workerMain], {
    env: {
      ...process.env,
      ...shortTimes,
      ...{ LATHE_DATA: `${dataFolder}-${id}`, LATHE_WORKER_ID: id, LATHE_NATS_URL: natsUrl },
      LATHE_ARTIFACTS: `file:${join(dataFolder, 'artifacts')}`,
      LATHE_LOG_LEVEL: 'silent',
      FAULTS_CLOCK_OFF_MS: String(clockOffMs),
    },
    stdio: 'ignore',
  });
  return {
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
