import { inspect } from 'node:util';
import { LatheError, toWireError } from '@lathe/contracts/error';
import { DivergedRunError } from './diverged.ts';
import { type EngineTask, type FromEngine, toEngineSchema } from './engine-message.ts';
import { openGradings } from './gradings.ts';
import type { PolicyLink } from './open-policy.ts';
import { type LoopPorts, type LoopTrainer, trainLoop } from './train-loop.ts';

type OpenTrainer = (task: EngineTask, link: PolicyLink) => Promise<LoopTrainer>;

/**
 * The engine process's side of the link: waits for a task, opens a trainer for it and trains. After a task
 * that went well the process rests until the next one, unless it holds too much memory or a GPU; after any
 * other it ends. It also ends with the link: when the worker goes, or is silent for `orphanMs` at work.
 */
export function serveEngine(openTrainer: OpenTrainer): void {
  let heardAt = performance.now();
  let stop = false;
  let working = false;
  let delivered = Promise.resolve();
  const gradings = openGradings();
  const send = (message: FromEngine): void => {
    delivered = new Promise((resolve) => process.send?.(message, () => resolve()));
  };
  const work = async (task: EngineTask): Promise<void> => {
    const ports: LoopPorts = {
      send,
      stopWanted: () => stop,
      now: () => performance.now(),
      breathe: async () => {
        // Two turns: the first may end before the pipe was read.
        await turn();
        await turn();
        if (performance.now() - heardAt > task.orphanMs) process.exit(0);
      },
    };
    const open: OpenTask = () => openTrainer(task, { ask: gradings.asker(ports), send });
    const isWell = await run(open, task, ports);
    working = false;
    // What a GPU's driver keeps is not seen here.
    if (isWell && task.device === 'cpu' && process.memoryUsage.rss() <= task.restBytes)
      return send({ kind: 'resting' });
    await delivered;
    process.disconnect();
  };
  /** A task that cannot be read is refused; no other message is worth a run. */
  const refuse = (cause: Error): void => {
    const error = new LatheError('internal_error', 'The engine cannot read its task.');
    send({
      kind: 'failed',
      error: toWireError(error, 'training in the engine'),
      retryable: false,
      examples: [],
      cause: inspect(cause),
    });
    void delivered.then(() => process.disconnect());
  };
  process.on('disconnect', () => process.exit(0));
  process.on('message', (raw: unknown) => {
    heardAt = performance.now();
    const parsed = toEngineSchema.safeParse(raw);
    if (!parsed.success) {
      if (!working) refuse(parsed.error);
      return;
    }
    const message = parsed.data;
    if (message.kind === 'pause') stop = true;
    else if (message.kind === 'resume') stop = false;
    else if (message.kind === 'graded') gradings.take(message);
    else if (message.kind === 'train' && !working) {
      working = true;
      stop = false;
      void work(message.task);
    }
  });
}

type OpenTask = () => Promise<LoopTrainer>;

/** Tells whether the task came to its end, or to a pause, and left nothing behind. */
async function run(open: OpenTask, task: EngineTask, ports: LoopPorts): Promise<boolean> {
  try {
    const trainer = await open();
    await trainLoop(trainer, task, ports);
    // The task is done, whatever comes of this.
    return await trainer.dispose().then(
      () => true,
      () => false,
    );
  } catch (error) {
    ports.send({
      kind: 'failed',
      error: toWireError(error, 'training in the engine'),
      retryable: error instanceof LatheError ? error.retryable : true,
      examples: error instanceof DivergedRunError ? [...error.examples] : [],
      cause: inspect(error),
    });
    return false;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
