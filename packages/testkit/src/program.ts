import { spawn } from 'node:child_process';

export type Program = {
  /** All that it has written so far, standard output and error in one. */
  output(): string;
  /** Resolves when a line of its output holds the text. Rejects when it ends before. */
  said(text: string): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
};

/**
 * Runs a TypeScript file under this Node, as a user would, with these environment variables only.
 * @example await startProgram('services/gateway/src/main.ts', {}).said('listening');
 */
export function startProgram(file: string, env: Readonly<Record<string, string>>): Program {
  const child = spawn(process.execPath, [file], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => {
      output += piece;
      for (const check of waiting) check();
    });
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 1));
  });
  return {
    output: () => output,
    ended,
    signal: (signal) => void child.kill(signal),
    async said(text) {
      const heard = Promise.withResolvers<void>();
      const check = (): void => {
        if (output.includes(text)) heard.resolve();
      };
      waiting.add(check);
      check();
      const early = ended.then((how) => {
        throw new Error(`${file} ended with ${how} and never said "${text}":\n${output}`);
      });
      await Promise.race([heard.promise, early]).finally(() => waiting.delete(check));
    },
  };
}
