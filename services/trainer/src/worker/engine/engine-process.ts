import { type ChildEnd, startChild } from '@lathe/platform/child-process';
import type { ZodError } from 'zod';
import {
  type EngineTask,
  type FromEngine,
  fromEngineSchema,
  type ToEngine,
} from './engine-message.ts';

export type EngineProcess = {
  readonly pid: number | undefined;
  send(message: ToEngine): void;
  /** Ends the process at once; nothing but time is lost. Resolves when it is gone, or rests already. */
  kill(): Promise<void>;
};

export type EngineLimits = {
  /** Longest time from the start to the first step: reading weights, compiling. */
  readonly startMs: number;
  /** Longest silence after that: one step, or one scoring of the held-out rows. */
  readonly stepMs: number;
  /** How often the engine is told that the worker lives. */
  readonly pingMs: number;
  /** How long a process that did its task well waits for the next one; 0: it ends with its task. */
  readonly restMs: number;
};

type EngineListener = {
  onMessage(message: FromEngine): void;
  /** Called once, when the process is gone or rests; the messages sent before have all arrived. */
  onEnd(end: ChildEnd): void;
};

/** Starts an engine process. The worker's runs know it by this type only. */
export type StartEngine = (task: EngineTask, listener: EngineListener) => EngineProcess;

/** The engine processes of a worker. */
export type Engines = {
  readonly start: StartEngine;
  /** Ends those that rest, and lets no other one rest. */
  stop(): Promise<void>;
};

/**
 * Runs each task in a process of `program` with this environment: in one that did its last task well and rests,
 * otherwise in a new one. A process never has two tasks at a time, and none after a task that failed. A process that is
 * silent for longer than the limits is killed and reported as hung; its own output is kept for the report of a crash.
 */
export function createEngines(
  program: string,
  limits: EngineLimits,
  env: Readonly<Record<string, string | undefined>>,
): Engines {
  const resting = new Map<Engine, NodeJS.Timeout>();
  let stopped = false;
  const take = (): Engine | undefined => {
    const [first] = resting;
    if (first === undefined) return undefined;
    const [engine, timer] = first;
    clearTimeout(timer);
    resting.delete(engine);
    return engine;
  };
  const rest = (engine: Engine): void => {
    if (stopped || limits.restMs === 0) return void engine.kill();
    const timer = setTimeout(() => {
      resting.delete(engine);
      void engine.kill();
    }, limits.restMs);
    resting.set(engine, timer);
  };
  return {
    start: (task, listener) => {
      const engine =
        take() ??
        forkEngine(program, limits, env, {
          onRest: () => rest(engine),
          onGone: () => {
            clearTimeout(resting.get(engine));
            resting.delete(engine);
          },
        });
      return engine.begin(task, listener);
    },
    async stop() {
      stopped = true;
      const gone: Promise<void>[] = [];
      for (let engine = take(); engine !== undefined; engine = take()) gone.push(engine.kill());
      await Promise.all(gone);
    },
  };
}

type Engine = {
  begin(task: EngineTask, listener: EngineListener): EngineProcess;
  kill(): Promise<void>;
};

function forkEngine(
  program: string,
  limits: EngineLimits,
  env: Readonly<Record<string, string | undefined>>,
  { onRest, onGone }: { readonly onRest: () => void; readonly onGone: () => void },
): Engine {
  let work: { readonly listener: EngineListener; limitMs: number } | undefined;
  const end = (how: ChildEnd): void => {
    const ended = work;
    work = undefined;
    ended?.listener.onEnd(how);
  };
  const exited = (how: string): ChildEnd => {
    return { kind: 'exited', how, signal: null, lastLines: child.lastLines() };
  };
  /** What cannot be read fails the run that it is about, for good: the next attempt would say the same. */
  const refuse = (cause: ZodError): void => {
    const listener = work?.listener;
    work = undefined;
    const [issue] = cause.issues;
    listener?.onMessage({
      kind: 'failed',
      error: {
        code: 'internal_error',
        message: `The engine told what cannot be read: ${issue?.path.join('.')}: ${issue?.message}.`,
        param: null,
      },
      retryable: false,
      examples: [],
      cause: cause.message,
    });
    void child.kill().then(() => listener?.onEnd(exited('it was stopped')));
  };
  const child = startChild<ToEngine>(program, {
    environment: env,
    silenceMs: () => work?.limitMs,
    lookMs: Math.min(limits.pingMs, limits.stepMs / 4, limits.startMs / 4),
    ping: { kind: 'ping' },
    onMessage(raw) {
      const parsed = fromEngineSchema.safeParse(raw);
      if (!parsed.success) return refuse(parsed.error);
      const message = parsed.data;
      if (message.kind === 'resting') {
        end(exited('it has done its task'));
        return onRest();
      }
      if (work === undefined) return;
      if (message.kind === 'ready') work.limitMs = limits.stepMs;
      work.listener.onMessage(message);
    },
    onEnd(how) {
      onGone();
      end(how);
    },
  });
  return {
    kill: child.kill,
    begin(task, listener) {
      const mine = { listener, limitMs: limits.startMs };
      work = mine;
      child.renew();
      child.send({ kind: 'train', task });
      // Once the process rests, it is another one's.
      return {
        pid: child.pid,
        send: (message) => {
          if (work === mine) child.send(message);
        },
        kill: async () => {
          if (work === mine) await child.kill();
        },
      };
    },
  };
}
