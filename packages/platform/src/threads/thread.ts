import { Worker } from 'node:worker_threads';
import {
  createTaskRunner,
  type Heard,
  type TaskRunner,
  type TaskRunnerOptions,
  type TaskSide,
} from './task-runner.ts';

export type ThreadOptions = TaskRunnerOptions & {
  /** The thread's program, which calls `serveTasks`. */
  readonly program: URL;
};

/**
 * A thread of this process, started at the first task.
 * @example createThread({ program: new URL('file:///count.ts'), name: 'counting', taskMs: 1_000, log });
 */
export function createThread(options: ThreadOptions): TaskRunner {
  return createTaskRunner((heard) => startThread(options, heard), options);
}

function startThread({ program, name }: ThreadOptions, heard: Heard): TaskSide {
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
