import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readStat } from '../process/process-stat.ts';
import {
  createTaskRunner,
  type Heard,
  type TaskRunner,
  type TaskRunnerOptions,
  type TaskSide,
} from './task-runner.ts';
import type { FromThread } from './thread-message.ts';

export type ShutInOptions = TaskRunnerOptions & {
  /** The process's program, which calls `serveTasks`. */
  readonly program: URL;
  /** The folders that it may read. */
  readonly reads: readonly URL[];
};

/**
 * A process of its own under Node's permission model, for programs of strangers, started at the first task: it reads nothing but the
 * folders given, writes nothing, starts nothing, loads no native code, and has none of this process's variables. Buffers are copied to
 * it instead of handed over.
 * @example
 * const code = new URL('file:///code/');
 * const program = new URL('count.ts', code);
 * createShutInProcess({ program, reads: [code], name: 'counting', taskMs: 1_000, log });
 */
export function createShutInProcess(options: ShutInOptions): TaskRunner {
  return createTaskRunner((heard) => startShutIn(options, heard), options);
}

function startShutIn({ program, reads }: ShutInOptions, heard: Heard): TaskSide {
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
