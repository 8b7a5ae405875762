import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** How often a screen is looked at that should come to show something. */
const lookMs = 300;
const mostMs = 15 * 60_000;
/** Lines above the screen that are kept. */
const history = 2000;

export type Terminal = AsyncDisposable & {
  /** Types a line and Enter. */
  type(line: string): Promise<void>;
  /** Sends keys by tmux's names, such as `C-c`. */
  press(key: string): Promise<void>;
  /** Resolves when the shell asks for the next command. */
  prompted(): Promise<void>;
  /** Resolves when the screen shows this; rejects when it does not for a quarter of an hour. */
  shows(pattern: RegExp): Promise<void>;
  /** What it has shown, as text, without blanks at the ends. */
  text(): Promise<string>;
};

export type TerminalOptions = {
  /** Of tmux's server: the terminals of a name share one. */
  readonly socket: string;
  readonly columns: number;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
};

/** Ends the terminals of a socket, and tmux's server for them. */
export async function closeTerminals(socket: string): Promise<void> {
  await run('tmux', ['-L', socket, 'kill-server']);
}

/** A shell in a terminal of its own, by tmux; its prompt is `$ `. Rejects where tmux is missing. */
export async function openTerminal(options: TerminalOptions): Promise<Terminal> {
  const { socket, columns, folder, env } = options;
  // A terminal gets the PATH of whoever asks for it, whatever else it is given.
  const asking = { env: { ...process.env, ...env } };
  const tmux = async (...words: readonly string[]): Promise<string> =>
    (await run('tmux', ['-L', socket, '-f', '/dev/null', ...words], asking)).stdout;
  const name = `lathe-${Math.random().toString(36).slice(2)}`;
  const given = Object.entries({
    ...env,
    PS1: '$ ',
    // Each prompt opens a gate that `prompted` waits at.
    PROMPT_COMMAND: `tmux -L ${socket} wait-for -S ${name}-$((n++))`,
  }).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
  const size = ['-x', String(columns), '-y', '40'];
  const shell = ['bash', '--norc', '--noprofile', '-i'];
  await tmux('new-session', '-d', '-s', name, ...size, '-c', folder, ...given, ...shell);
  await tmux('set-option', '-t', name, 'history-limit', String(history));
  // Else the server ends with its last terminal, while the next one is being opened.
  await tmux('set-option', '-s', 'exit-empty', 'off');
  let prompts = 0;
  const text = async (): Promise<string> => {
    const shown = await tmux('capture-pane', '-p', '-t', name, '-S', `-${history}`);
    return shown.replace(/[ \t]+$/gm, '').trimEnd();
  };
  const shows = async (pattern: RegExp): Promise<void> => {
    const until = performance.now() + mostMs;
    while (!pattern.test(await text())) {
      if (performance.now() > until)
        throw new Error(`the terminal never showed ${pattern}:\n${await text()}`);
      await sleep(lookMs);
    }
  };
  const prompted = async (): Promise<void> => {
    await tmux('wait-for', `${name}-${prompts++}`);
    // The gate opens before the prompt is written.
    await shows(/(^|\n)\$$/);
  };
  await prompted();
  return {
    prompted,
    shows,
    text,
    async type(line) {
      await tmux('send-keys', '-t', name, '-l', line);
      await tmux('send-keys', '-t', name, 'Enter');
    },
    async press(key) {
      await tmux('send-keys', '-t', name, key);
    },
    async [Symbol.asyncDispose]() {
      await tmux('kill-session', '-t', name);
    },
  };
}
