/** For tests: the command `lathe` as its users start it, with a home of its own and a Lathe that `lathe up` started. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { commandOf } from '@lathe/platform/process-command';
import { tempFolder } from '@lathe/testkit/temp-folder';

const program = path.resolve('cli', 'lathe.mjs');

export type Ran = { readonly status: number | null; readonly out: string; readonly err: string };

type Way = {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called once, when one of the outputs has this. */
  readonly when?: readonly [text: string, act: (pid: number) => void];
  /** Closes standard output after so many bytes, as `head` does. */
  readonly readsBytes?: number;
};

/** What was written in a terminal, and typed after each prompt. */
type Session = { readonly typed?: readonly string[]; readonly columns?: number };

/** Starts Lathe on free ports, and gives what runs commands that find it by the profile alone. */
export async function openCommandLine() {
  const folder = await tempFolder();
  const home = { PATH: process.env.PATH, XDG_CONFIG_HOME: path.join(folder.path, 'config') };
  const data = path.join(folder.path, 'data');

  /** Runs `lathe` with these words. */
  async function lathe(
    words: readonly string[],
    { input = '', env = {}, when, readsBytes = Number.POSITIVE_INFINITY }: Way = {},
  ): Promise<Ran> {
    // A group of its own, so that Ctrl-C reaches all of it, as in a terminal.
    const child = spawn(program, words, { env: { ...home, ...env }, detached: true });
    let [out, err] = ['', ''];
    let isDone = when === undefined;
    const look = (): void => {
      if (isDone || !`${out}${err}`.includes(when?.[0] ?? '')) return;
      isDone = true;
      when?.[1](child.pid ?? 0);
    };
    child.stdout.setEncoding('utf8').on('data', (piece) => {
      out += piece;
      look();
      if (out.length >= readsBytes) child.stdout.destroy();
    });
    child.stderr.setEncoding('utf8').on('data', (piece) => {
      err += piece;
      look();
    });
    // A command that needs no input may be gone before it is written.
    child.stdin.on('error', () => undefined).end(input);
    const [status] = await once(child, 'close');
    return { status, out, err };
  }

  /** What a command shows in a terminal. */
  async function inTerminal(
    words: string,
    { typed = [], columns = 60 }: Session = {},
  ): Promise<string> {
    const command = `stty cols ${columns}; exec ${program} ${words}`;
    const child = spawn('script', ['-qfec', command, '/dev/null'], {
      env: { ...home, TERM: 'xterm' },
    });
    let shown = '';
    let seen = 0;
    const waiting = [...typed];
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      shown += piece;
      const at = shown.indexOf('› ', seen);
      const line = waiting[0];
      if (at === -1 || line === undefined) return;
      seen = shown.length;
      waiting.shift();
      child.stdin.write(`${line}\r`);
    });
    await once(child, 'close');
    return shown;
  }

  const quiet = {
    ...{ LATHE_DATA: data, LATHE_PORT: '0', LATHE_LOG_LEVEL: 'silent' },
    LATHE_ENGINE_THREADS: '1',
  };
  const started = await lathe(['up', '--json'], { env: quiet });
  if (started.status !== 0) throw new Error(started.err);
  const { url } = JSON.parse(started.out) as { url: string };
  return {
    lathe,
    inTerminal,
    url,
    /** Where tests keep files, and below it the data folder. */
    folder: folder.path,
    data,
    async [Symbol.asyncDispose](): Promise<void> {
      await lathe(['down', '--profile', 'local']);
      await folder[Symbol.asyncDispose]();
    },
  };
}
export type CommandLine = Awaited<ReturnType<typeof openCommandLine>>;

/** The process of the gateway of the platform that has a data folder; another one after a restart. */
export async function gatewayOf(dataFolder: string): Promise<number> {
  const pids = (await readFile(path.join(dataFolder, 'work', '.parts'), 'utf8')).split('\n');
  for (const pid of pids.map(Number))
    if ((await commandOf(pid)).includes('services/gateway/src/main.ts')) return pid;
  throw new Error(`no gateway runs on ${dataFolder}`);
}
