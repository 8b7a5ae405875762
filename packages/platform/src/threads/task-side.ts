import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { readStat } from '../process/process-stat.ts';
import type { FromThread, ToThread } from './thread-message.ts';

/** Where tasks are worked on, away from the event loop of this process. */
export type TaskSide = {
  post(message: ToThread, buffers: readonly ArrayBuffer[]): void;
  /** What has been computed since it began, in milliseconds of a processor; on the clock where the system does not tell. */
  computedMs(): number;
  /** Ends it at once, and resolves when it is gone. */
  end(): Promise<void>;
};

type Heard = {
  readonly onMessage: (message: FromThread) => void;
  readonly onError: (error: Error) => void;
  /** Told once, also when it never began. */
  readonly onEnd: () => void;
};

/** A thread of this process. */
export function startThreadSide(program: URL, name: string, heard: Heard): TaskSide {
  const worker = new Worker(program, { name });
  worker.on('message', heard.onMessage);
  worker.on('error', heard.onError);
  worker.once('exit', heard.onEnd);
  return {
    post: (message, buffers) => worker.postMessage(message, buffers),
    computedMs() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    async end() {
      await worker.terminate();
    },
  };
}

/**
 * A process of its own under Node's permission model: it reads nothing but the folders given, writes nothing, starts nothing, loads no
 * native code, and has none of this process's variables. Buffers are copied to it instead of handed over.
 */
export function startShutInSide(program: URL, reads: readonly URL[], heard: Heard): TaskSide {
  const folders = reads.map((folder) => `--allow-fs-read=${fileURLToPath(folder)}`);
  const child = fork(program, [], {
    ...{ execArgv: ['--permission', ...folders], env: {}, serialization: 'advanced' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = Promise.withResolvers<void>();
  child.on('message', (message) => heard.onMessage(message as FromThread));
  child.on('error', (error) => {
    heard.onError(error);
    if (child.pid === undefined) gone.resolve();
  });
  child.once('exit', () => gone.resolve());
  void gone.promise.then(heard.onEnd);
  return {
    // One that is gone says so by its end.
    post: (message) => void (child.connected && child.send(message, () => {})),
    computedMs() {
      const stat = child.pid === undefined ? undefined : readStat(child.pid);
      return stat === undefined ? performance.now() : stat.own * 1000;
    },
    async end() {
      child.kill('SIGKILL');
      await gone.promise;
    },
  };
}
