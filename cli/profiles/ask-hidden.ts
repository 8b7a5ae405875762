import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CommandError } from '../command/failure.ts';

/** Asks for a text that is not shown as it is typed. Throws CommandError where nothing was typed. */
export async function askHidden(prompt: string): Promise<string> {
  process.stderr.write(prompt);
  const nowhere = new Writable({ write: (_piece, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    const interrupted = new Promise<never>((_, reject) => {
      lines.on('SIGINT', () => reject(new CommandError('interrupted', 'Interrupted.')));
    });
    const asked = lines.question('').catch((cause: unknown) => {
      // Ctrl-D: no key will come.
      if (cause instanceof Error && cause.name === 'AbortError') return '';
      throw cause;
    });
    const text = (await Promise.race([asked, interrupted])).trim();
    if (text === '') throw new CommandError('usage', 'No key was given.');
    return text;
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
