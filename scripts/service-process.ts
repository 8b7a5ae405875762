import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { withoutSecrets } from '@lathe/platform/child-environment';
import { type Config, environmentOf } from '@lathe/platform/config';
import { type PartsMessage, serviceMessageSchema } from '@lathe/platform/service-process';
import type { Running } from './supervise.ts';

/**
 * Where Node keeps what it has compiled of our programs, beside what they import: every data folder has the benefit, and
 * the next start takes half of the time. Node does without where it may not write.
 */
const compileCache = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)),
};

/** A service in a process of its own, ready for work. */
export type ServiceProcess = Running & {
  /** Where it listens, for those that others call. */
  readonly url: string | undefined;
  /** Says something to it; nothing when it is gone. */
  tell(message: PartsMessage): void;
};

/** It was killed or broke down before it was ready or said what it lacks. */
export class EndedAtStartError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EndedAtStartError';
  }
}

/** Options of Node, and what the environment says where it does not say so already. */
export type ProcessMemory = {
  readonly execArgv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

export type ServiceOptions = {
  /** The program. */
  readonly main: string;
  /** What it is called in errors, such as `the trainer`. */
  readonly name: string;
  readonly config: Config;
  /** How Node and its allocator are to keep memory. */
  readonly memory?: ProcessMemory;
  /** Longest wait until it is ready. */
  readonly startMs?: number;
  /** Ends it when it is aborted before it is ready. */
  readonly signal?: AbortSignal;
};

/**
 * Starts a service's program in a process of its own and resolves when it is ready. It is in its own process group,
 * so that Ctrl-C reaches it through us only, and ends by itself when our end of its channel closes. Its environment
 * has the secrets that the configuration holds and no others. Throws the service's own sentence when it cannot start.
 */
export async function startServiceProcess(options: ServiceOptions): Promise<ServiceProcess> {
  const { main, name, config, memory } = options;
  const child = fork(main, {
    execArgv: [...(memory?.execArgv ?? [])],
    env: {
      ...compileCache,
      ...memory?.env,
      ...withoutSecrets(process.env),
      ...environmentOf(config),
    },
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), config.shutdownGraceMs);
    await exited;
    clearTimeout(timer);
  };
  try {
    const { url } = await ready(child, exited, options);
    const pid = child.pid ?? 0;
    const tell = (message: PartsMessage): void => {
      // What it can no longer hear does not matter to it.
      if (child.connected) child.send(message, () => undefined);
    };
    return { pid, url, exited, stop, tell };
  } catch (error) {
    await stop();
    throw error instanceof Error ? error : new Error(`${name} could not be started`);
  }
}

async function ready(
  child: ChildProcess,
  exited: Promise<void>,
  { name, startMs = 60_000, signal }: ServiceOptions,
): Promise<{ url: string | undefined }> {
  const said = Promise.withResolvers<{ url: string | undefined }>();
  const fail = (what: string): void => said.reject(new Error(what));
  const end = (): void =>
    said.reject(new EndedAtStartError(`${name} ended at its start; see its log.`));
  const onMessage = (raw: unknown): void => {
    const message = serviceMessageSchema.safeParse(raw);
    if (!message.success) return;
    if (message.data.kind === 'ready') said.resolve({ url: message.data.url });
    else fail(message.data.message);
  };
  const onAbort = (): void => fail(`${name} is not needed any more`);
  const timer = setTimeout(
    () => fail(`${name} was not ready within ${startMs / 1000} seconds.`),
    startMs,
  );
  child.on('message', onMessage);
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted === true) onAbort();
  child.once('error', (error) => fail(`${name} could not be started: ${error.message}.`));
  // What it said before it ended has arrived by then.
  void exited.then(() => setImmediate(end));
  try {
    return await said.promise;
  } finally {
    clearTimeout(timer);
    child.off('message', onMessage);
    signal?.removeEventListener('abort', onAbort);
  }
}
