import { spawn } from 'node:child_process';

type Environment = Readonly<Record<string, string | undefined>>;

/** How much of a failed program's error output its message quotes, in characters. */
const quotedErrors = 4000;

/**
 * Runs a program, gives it `input` on its standard input, and reads the JSON on the last line that it prints.
 * Throws with the end of its error output if it fails.
 */
export function runForJson<Result>(
  program: string,
  args: readonly string[],
  { input = '', env = process.env }: { readonly input?: string; readonly env?: Environment } = {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-quotedErrors);
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code !== 0) reject(new Error(`${program} ended with ${code ?? signal}:\n${errors}`));
      else resolve(JSON.parse(output.trim().split('\n').at(-1) ?? '') as Result);
    });
    child.stdin.end(input);
  });
}
