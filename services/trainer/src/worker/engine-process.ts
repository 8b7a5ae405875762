import { type ChildProcess, fork } from 'node:child_process';
import {
  type EngineTask,
  type FromEngine,
  fromEngineSchema,
  type ToEngine,
} from './engine-message.ts';

/** How the engine process ended without saying so itself. */
export type EngineEnd =
  | { readonly kind: 'exited'; readonly how: string; readonly lastLines: string }
  | { readonly kind: 'hung'; readonly silentMs: number; readonly lastLines: string };

export type EngineProcess = {
  readonly pid: number | undefined;
  send(message: ToEngine): void;
  /** Ends the process at once; nothing but time is lost. Resolves when it is gone. */
  kill(): Promise<void>;
};

export type EngineLimits = {
  /** Longest time from the start to the first step: reading weights, compiling. */
  readonly startMs: number;
  /** Longest silence after that: one step, or one scoring of the held-out rows. */
  readonly stepMs: number;
  /** How often the engine is told that the worker lives. */
  readonly pingMs: number;
};

export type EngineListener = {
  onMessage(message: FromEngine): void;
  /** Called once, when the process is gone; the messages sent before have all arrived. */
  onEnd(end: EngineEnd): void;
};

/** Starts an engine process. The worker's runs know it by this type only. */
export type StartEngine = (task: EngineTask, listener: EngineListener) => EngineProcess;

const keptOutputCharacters = 4000;

/**
 * Forks `program` for each task, with this environment. A process that is silent for longer than the limits is killed and
 * reported as hung; its own output is kept for the report of a crash.
 */
export function createEngineStarter(
  program: string,
  limits: EngineLimits,
  env: Readonly<Record<string, string | undefined>>,
): StartEngine {
  return (task, listener) => {
    const child = fork(program, [], {
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env,
    });
    const output = keepOutput(child);
    let limitMs = limits.startMs;
    let heardAt = performance.now();
    let hung: number | undefined;
    let spawnError = '';

    const send = (message: ToEngine): void => {
      if (child.connected) child.send(message, () => {});
    };
    const timer = setInterval(
      () => {
        send({ kind: 'ping' });
        const silentMs = performance.now() - heardAt;
        if (silentMs <= limitMs || hung !== undefined) return;
        hung = Math.round(silentMs);
        child.kill('SIGKILL');
      },
      Math.min(limits.pingMs, limits.stepMs / 4, limits.startMs / 4),
    );
    child.on('message', (raw) => {
      heardAt = performance.now();
      const message = fromEngineSchema.parse(raw);
      if (message.kind === 'ready') limitMs = limits.stepMs;
      listener.onMessage(message);
    });
    child.on('error', (error) => {
      spawnError = error.message;
    });
    const gone = new Promise<void>((resolve) => {
      child.once('close', (code, signal) => {
        clearInterval(timer);
        const lastLines = output();
        if (hung !== undefined) listener.onEnd({ kind: 'hung', silentMs: hung, lastLines });
        else
          listener.onEnd({ kind: 'exited', how: spawnError || howEnded(code, signal), lastLines });
        resolve();
      });
    });
    send({ kind: 'train', task });
    return {
      pid: child.pid,
      send,
      kill: () => {
        child.kill('SIGKILL');
        return gone;
      },
    };
  };
}

function howEnded(code: number | null, signal: string | null): string {
  return signal === null ? `it exited with code ${code ?? 'unknown'}` : `it got ${signal}`;
}

/** Keeps the end of what the process prints. */
function keepOutput(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (piece: string) => {
      text = (text + piece).slice(-keptOutputCharacters);
    });
  return () => text.trim();
}
