import { inspect } from 'node:util';
import { LatheError, toWireError } from '@lathe/contracts/error';
import { DivergedRunError } from './diverged.ts';
import { type EngineTask, type FromEngine, toEngineSchema } from './engine-message.ts';
import { type LoopPorts, type LoopTrainer, trainLoop } from './train-loop.ts';

/**
 * The engine process's side of the link: waits for the task, opens a trainer for it and trains.
 * The process ends with the link: when the worker goes, or is silent for `orphanMs`, so does it.
 */
export function serveEngine(openTrainer: (task: EngineTask) => Promise<LoopTrainer>): void {
  let heardAt = performance.now();
  let stop = false;
  let started = false;
  let delivered = Promise.resolve();
  const send = (message: FromEngine): void => {
    delivered = new Promise((resolve) => process.send?.(message, () => resolve()));
  };
  process.on('disconnect', () => process.exit(0));
  process.on('message', (raw: unknown) => {
    heardAt = performance.now();
    const message = toEngineSchema.parse(raw);
    if (message.kind === 'pause') stop = true;
    else if (message.kind === 'resume') stop = false;
    else if (message.kind === 'train' && !started) {
      started = true;
      const ports: LoopPorts = {
        send,
        stopWanted: () => stop,
        now: () => performance.now(),
        breathe: async () => {
          // Two turns: the first may end before the pipe was read.
          await turn();
          await turn();
          if (performance.now() - heardAt > message.task.orphanMs) process.exit(0);
        },
      };
      void run(() => openTrainer(message.task), message.task, ports)
        .then(() => delivered)
        .then(() => process.disconnect());
    }
  });
}

async function run(
  open: () => Promise<LoopTrainer>,
  task: EngineTask,
  ports: LoopPorts,
): Promise<void> {
  try {
    await trainLoop(await open(), task, ports);
  } catch (error) {
    ports.send({
      kind: 'failed',
      error: toWireError(error),
      retryable: error instanceof LatheError ? error.retryable : true,
      examples: error instanceof DivergedRunError ? [...error.examples] : [],
      cause: inspect(error),
    });
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
