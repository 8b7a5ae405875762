import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '@lathe/testkit/free-port';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { type Part, type PartName, partsUnder } from './parts.ts';

const startScript = fileURLToPath(new URL('../../scripts/start.ts', import.meta.url));
const apiKey = 'sk-faults-0123456789abcdef';
/** How long what has to come may take on a machine that has other work; what cannot come any more is told at once. */
const patienceMs = 600_000;

/** `npm start` as a process of its own, with its data in a folder that outlives it. */
export type LatheProcess = AsyncDisposable & {
  readonly url: string;
  readonly apiKey: string;
  /** What it keeps. */
  readonly dataFolder: string;
  /** The processes that it consists of now, itself apart. */
  parts(): Promise<Part[]>;
  /** The process of a part, waited for when it is just being started again. */
  part(name: PartName): Promise<number>;
  /** Kills the process itself, whatever becomes of its parts, and waits for its end. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Kills the process and every part of it at once, as when the machine fails. */
  killAll(): Promise<void>;
  /** Starts it again on the same data. */
  start(): Promise<void>;
  /** Waits until the gateway says that everything is ready. */
  ready(): Promise<void>;
  /** What it has logged. */
  log(): Promise<string>;
};

export type LatheOptions = {
  readonly dataFolder?: string;
  readonly environment?: Readonly<Record<string, string>>;
};

/** Starts Lathe and waits until it is ready. */
export async function startLathe(options: LatheOptions = {}): Promise<LatheProcess> {
  const folder = await tempFolder();
  const dataFolder = options.dataFolder ?? join(folder.path, 'data');
  const logFile = join(folder.path, 'log');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = {
    ...process.env,
    LATHE_PORT: String(port),
    LATHE_DATA: dataFolder,
    LATHE_API_KEY: apiKey,
    LATHE_LOG_FORMAT: 'json',
    ...options.environment,
  };
  let child: ChildProcess | undefined;

  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  const lathe: LatheProcess = {
    url,
    apiKey,
    dataFolder,
    parts: () => partsUnder(child?.pid ?? -1),
    part: (name) =>
      eventually(`a process of the ${name}`, async () => {
        const found = (await lathe.parts()).find((part) => part.name === name);
        return found?.pid;
      }),
    kill,
    async killAll() {
      const parts = await lathe.parts();
      await kill('SIGKILL');
      for (const { pid } of parts) sendKill(pid);
    },
    async start() {
      const log = openSync(logFile, 'a');
      child = spawn(process.execPath, [startScript], {
        env: environment,
        stdio: ['ignore', log, log],
      });
      closeSync(log);
    },
    ready: async () => {
      await eventually('a platform that is ready', async () => {
        const answer = await fetch(`${url}/readyz`).catch(() => undefined);
        await answer?.body?.cancel();
        if (child?.exitCode != null) throw new Error(`it ended: ${await lathe.log()}`);
        return answer?.ok === true ? true : undefined;
      });
    },
    log: () => readFile(logFile, 'utf8'),
    async [Symbol.asyncDispose]() {
      await kill('SIGTERM');
      await folder[Symbol.asyncDispose]();
    },
  };
  await lathe.start();
  try {
    await lathe.ready();
  } catch (error) {
    await lathe[Symbol.asyncDispose]();
    throw error;
  }
  return lathe;
}

function sendKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It ended with its parent.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Asks until there is an answer. Throws, naming what was waited for, when that takes too long. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  mostMs = patienceMs,
): Promise<T> {
  for (const deadline = performance.now() + mostMs; performance.now() < deadline; ) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(50);
  }
  throw new Error(`waited ${mostMs / 1000} seconds in vain for ${what}`);
}
