/**
 * Runs the quickstart with an earlier state of this repository and with this one, in turn, and prints how long it takes and what the
 * processor does for it: from the start of the platform to the last answer, evaluation included; and its job's training by itself, which
 * `tune:local` does in one process.
 *
 *     npm run bench:quickstart -- --before <folder of another checkout, set up> [--rounds 3]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { before: { type: 'string' }, rounds: { type: 'string', default: '3' } },
});
const { before } = values;
if (before === undefined) throw new Error('--before names the other checkout');

/** What a program took: seconds of the clock, and of the processor with all that it started. */
type Taken = { readonly clock: number; readonly processor: number };

const programs = {
  'the quickstart': (folder: string) => ({
    args: ['scripts/quickstart.ts'],
    env: { LATHE_DATA: folder },
  }),
  'its training': (folder: string) => ({
    args: [
      ...['packages/engine/src/local/main.ts', '--model', 'models/lathe-tiny'],
      ...['--data', 'examples/support-routing.jsonl', '--out', join(folder, 'adapter')],
    ],
    env: {},
  }),
};

console.log('| | before, s | now, s | ratio | processor before, s | processor now, s | ratio |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const [name, program] of Object.entries(programs)) {
  const found: Record<'before' | 'now', Taken[]> = { before: [], now: [] };
  for (let round = 0; round < Number(values.rounds); round++) {
    // Who is first changes, so that neither always follows the other's heat.
    const turns = [
      ['before', before],
      ['now', root],
    ] as const;
    for (const [side, checkout] of round % 2 === 0 ? turns : turns.toReversed())
      found[side].push(await run(checkout, program));
  }
  const best = (side: 'before' | 'now', of: keyof Taken): number =>
    Math.min(...found[side].map((taken) => taken[of]));
  const cells = (['clock', 'processor'] as const).flatMap((of) => {
    const [earlier, now] = [best('before', of), best('now', of)];
    return [earlier.toFixed(1), now.toFixed(1), (earlier / now).toFixed(2)];
  });
  console.log(`| ${[name, ...cells].join(' | ')} |`);
}

async function run(
  checkout: string,
  program: (typeof programs)[keyof typeof programs],
): Promise<Taken> {
  const folder = await mkdtemp(join(tmpdir(), 'lathe-quickstart-'));
  try {
    const { args, env } = program(folder);
    const started = performance.now();
    const busy = await childrenSeconds();
    const child = spawn(process.execPath, args, {
      cwd: checkout,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [status] = await once(child, 'exit');
    if (status !== 0) throw new Error(`${args[0]} of ${checkout} ended with ${status}`);
    return {
      clock: (performance.now() - started) / 1000,
      processor: (await childrenSeconds()) - busy,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Seconds of the processor that programs took which this one started and which have ended, those that they started included. */
async function childrenSeconds(): Promise<number> {
  const text = await readFile('/proc/self/stat', 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // User and system time of children, in hundredths of a second.
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
