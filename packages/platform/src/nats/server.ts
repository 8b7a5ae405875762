import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, constants, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { withoutSecrets } from '../process/child-environment.ts';
import { endLeftOver } from './left-over.ts';

export type NatsServerOptions = {
  /** Folder of its store; it also gets the server's configuration, readable by its owner only. */
  readonly folder: string;
  /** A fixed port, for a restart in place; default a free one. */
  readonly port?: number;
  /** Password of the server; default a new random one. */
  readonly token?: string;
  readonly binary?: string;
  /** Longest wait until it takes connections. */
  readonly startTimeoutMs?: number;
  /** Receives the server's log lines. */
  readonly onLine?: (line: string) => void;
};

/** A nats-server of our own, on a loopback port. */
export type NatsServer = {
  /** Address with its token. */
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly pid: number;
  /** Resolves when the process is gone, however it went. */
  readonly exited: Promise<void>;
  /** Sends a signal to the server itself. */
  signal(signal: NodeJS.Signals): void;
  /** Ends it in order; kills it when that takes longer than so many milliseconds. */
  stop(timeoutMs?: number): Promise<void>;
};

/**
 * The shell between us and the server: it ends the server when our end of its standard input
 * closes, so that even a killed parent leaves no server behind. Its first line names the server's pid.
 */
const guard = `umask 077
exec 3<&0
"$@" </dev/null 3<&- &
pid=$!
echo "$pid"
( read -r _ <&3; kill "$pid" 2>/dev/null ) >/dev/null 2>&1 &
watcher=$!
wait "$pid"
code=$?
kill "$watcher" 2>/dev/null
exit "$code"`;

/**
 * Starts nats-server with JetStream and waits until it takes connections. It is in a process group
 * of its own, so that Ctrl-C reaches us first and we stop it last. Throws when it cannot start.
 * @example const server = await startNatsServer({ folder: '.lathe/nats' });
 */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const binary = options.binary ?? (await findNatsServer());
  const token = options.token ?? randomBytes(24).toString('hex');
  await mkdir(options.folder, { recursive: true });
  const configFile = join(options.folder, 'server.conf');
  const pidFile = join(options.folder, 'server.pid');
  await endLeftOver(pidFile, configFile);
  const lines = [
    'host: "127.0.0.1"',
    `port: ${options.port ?? -1}`,
    `jetstream { store_dir: ${JSON.stringify(join(options.folder, 'store'))} }`,
    `pid_file: ${JSON.stringify(pidFile)}`,
    `authorization { token: "${token}" }`,
  ];
  await writeFile(configFile, `${lines.join('\n')}\n`, { mode: 0o600 });
  const shell = spawn('/bin/sh', ['-c', guard, 'nats-guard', binary, '-c', configFile], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: withoutSecrets(process.env),
  });
  const exited = new Promise<void>((resolve) => {
    shell.once('error', () => resolve());
    shell.once('exit', () => resolve());
  });
  // The shell is gone before it read everything: nothing to tell it any more.
  shell.stdin.on('error', () => undefined);
  try {
    const { pid, port } = await ready(shell, exited, options);
    return {
      url: `nats://${token}@127.0.0.1:${port}`,
      port,
      token,
      pid,
      exited,
      signal: (signal) => sendSignal(pid, signal),
      stop: (timeoutMs = 5000) => stopServer(pid, exited, timeoutMs),
    };
  } catch (error) {
    shell.stdin.end();
    shell.kill('SIGKILL');
    throw error;
  }
}

async function ready(
  shell: ChildProcess,
  exited: Promise<void>,
  options: NatsServerOptions,
): Promise<{ pid: number; port: number }> {
  if (shell.stdout === null || shell.stderr === null) throw new Error('nats-server has no output');
  const started = Promise.withResolvers<{ pid: number; port: number }>();
  const last: string[] = [];
  let pid = 0;
  let port = 0;
  createInterface(shell.stdout).on('line', (line) => {
    pid ||= Number(line);
  });
  createInterface(shell.stderr).on('line', (line) => {
    options.onLine?.(line);
    last.push(line);
    if (last.length > 5) last.shift();
    const listening = /Listening for client connections on .*:(\d+)/.exec(line);
    if (listening !== null) port = Number(listening[1]);
    if (line.includes('Server is ready')) started.resolve({ pid, port });
  });
  const explain = (what: string): Error =>
    new Error(`nats-server ${what}${last.length > 0 ? `: ${last.join(' | ')}` : ''}`);
  const limit = options.startTimeoutMs ?? 20_000;
  const timer = setTimeout(
    () => started.reject(explain(`was not ready within ${limit / 1000} seconds`)),
    limit,
  );
  void exited.then(() => started.reject(explain('ended at its start')));
  try {
    return await started.promise;
  } finally {
    clearTimeout(timer);
  }
}

async function stopServer(pid: number, exited: Promise<void>, timeoutMs: number): Promise<void> {
  sendSignal(pid, 'SIGCONT');
  sendSignal(pid, 'SIGTERM');
  const timer = setTimeout(() => sendSignal(pid, 'SIGKILL'), timeoutMs);
  await exited;
  clearTimeout(timer);
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The nats-server that scripts/setup.mjs installed, else the one on PATH. Throws when there is none. */
export async function findNatsServer(path: string = process.env.PATH ?? ''): Promise<string> {
  const own = fileURLToPath(new URL('../../../../.tools/bin', import.meta.url));
  for (const folder of [own, ...path.split(delimiter).filter((entry) => entry !== '')]) {
    const file = join(folder, 'nats-server');
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return file;
  }
  throw new Error('nats-server is not installed; run "npm run setup".');
}
