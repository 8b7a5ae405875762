import { fork, type Serializable, type StdioOptions } from 'node:child_process';

/** How a process ended: by itself or by somebody's signal, or killed because it was silent for too long. */
export type ChildEnd = {
  /** The end of what it printed. */
  readonly lastLines: string;
} & (
  | { readonly kind: 'exited'; readonly how: string; readonly signal: string | null }
  | { readonly kind: 'hung'; readonly silentMs: number }
);

/** A process of one of our own programs, watched for silence. */
export type WatchedChild<Message> = {
  readonly pid: number | undefined;
  /** Tells it something; one that is gone says so by its end. */
  send(message: Message): void;
  /** Ends it at once, and resolves when it is gone. */
  kill(): Promise<void>;
  /** Forgets what it printed and how long it has said nothing: new work begins. */
  renew(): void;
  /** The end of what it printed. */
  lastLines(): string;
};

type ChildOptions<Message> = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `advanced`: messages hold typed arrays and maps. */
  readonly serialization?: 'json' | 'advanced';
  /** Longest silence at the moment, after which it is killed; undefined: it has nothing to do. */
  readonly silenceMs: () => number | undefined;
  /** How often its silence is looked at. */
  readonly lookMs: number;
  /** Told it at each look while it has something to do. */
  readonly ping?: Message;
  readonly onMessage: (message: unknown) => void;
  /** Told once when it is gone and all that it said has been heard. */
  readonly onEnd: (end: ChildEnd) => void;
  /** Told when it could not be started or reached. */
  readonly onError?: (error: Error) => void;
};

const keptCharacters = 4000;

/**
 * Starts a program in a process of its own, which keeps nothing of this one's arguments, and watches over it.
 * @example
 * const watch = { environment: process.env, silenceMs: () => 30_000, lookMs: 1_000 };
 * const heard = { onMessage: () => log.info('heard'), onEnd: () => log.warn('gone') };
 * startChild<{ kind: 'ask' }>('engine-child.ts', { ...watch, ...heard }).send({ kind: 'ask' });
 */
export function startChild<Message extends Serializable>(
  program: string,
  options: ChildOptions<Message>,
): WatchedChild<Message> {
  const { environment: env, serialization = 'json', ping } = options;
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', 'ipc'];
  const child = fork(program, [], { execArgv: [], serialization, stdio, env });
  let output = '';
  let heardAt = performance.now();
  let silentMs: number | undefined;
  let failure: string | undefined;
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (piece: string) => {
      output = (output + piece).slice(-keptCharacters);
    });
  const lastLines = (): string => output.trim();
  const send = (message: Message): void => {
    if (child.connected) child.send(message, () => {});
  };
  const look = (): void => {
    const mostMs = options.silenceMs();
    if (mostMs === undefined) heardAt = performance.now();
    else if (ping !== undefined) send(ping);
    const silence = performance.now() - heardAt;
    if (mostMs === undefined || silence <= mostMs || silentMs !== undefined) return;
    silentMs = Math.round(silence);
    child.kill('SIGKILL');
  };
  const timer = setInterval(look, options.lookMs);
  child.on('message', (message: unknown) => {
    heardAt = performance.now();
    options.onMessage(message);
  });
  child.on('error', (error) => {
    failure = error.message;
    options.onError?.(error);
  });
  const gone = new Promise<void>((resolve) => {
    child.once('close', (code, signal) => {
      clearInterval(timer);
      const byItself = `it exited with code ${code ?? 'unknown'}`;
      const how = failure ?? (signal === null ? byItself : `it got ${signal}`);
      const end = { lastLines: lastLines() };
      if (silentMs !== undefined) options.onEnd({ ...end, kind: 'hung', silentMs });
      else options.onEnd({ ...end, kind: 'exited', how, signal });
      resolve();
    });
  });
  return {
    pid: child.pid,
    send,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    renew() {
      heardAt = performance.now();
      output = '';
    },
    lastLines,
  };
}
