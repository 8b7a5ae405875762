import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { readLineGroups } from '../../line-reader.ts';
import type { LineGroup } from '../../lines.ts';
import { Unreadable } from '../limits.ts';
import type { Reading } from '../options.ts';

/** How the program says that a file cannot be read. */
export const refusedExit = 3;

const program = fileURLToPath(new URL('./parquet-program.ts', import.meta.url));
const mostSaid = 2000;
const aliveMs = 5000;

/**
 * The rows of a Parquet file of the local disk, each with its number. A process of its own reads them, with so much memory as
 * the limits say and no right to write anything: files that are made up make readers take all there is. Throws Unreadable for
 * those, and others that cannot be read.
 */
export async function* parquetRows(
  { path, bytes }: { readonly path: string; readonly bytes: number },
  { options, budget }: Reading,
): AsyncGenerator<LineGroup> {
  const { maxLineBytes, maxRows, maxRowGroupBytes, maxRowGroupValues, ...limits } = options.limits;
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${limits.parquetMemoryMegabytes}`,
      // What is read of a page lives shortly; without this it is cleared late, and takes 70 MiB more.
      '--max-semi-space-size=8',
      // From the start; what grows from little is cleared often meanwhile.
      '--min-semi-space-size=8',
      // Pages are forgotten while they are young; what is old need not be looked through for them.
      '--heap-growing-percent=300',
      '--permission',
      '--allow-fs-read=*',
      program,
      path,
      JSON.stringify({ maxRows, maxRowGroupBytes, maxRowGroupValues }),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: {} },
  );
  const ended = once(child, 'close') as Promise<[code: number | null]>;
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (said.length < mostSaid) said += chunk.toString();
  });
  let isSilent = false;
  const silence = setTimeout(() => {
    isSilent = true;
    child.kill('SIGKILL');
  }, limits.parquetSilenceMs);
  // A row group is unpacked before its first row comes.
  const waiting = setInterval(() => options.alive?.(), aliveMs);
  const count = { packed: bytes, unpacked: 0 };
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      silence.refresh();
      count.unpacked += chunk.length;
      budget.take(chunk.length, count);
      yield chunk;
    }
  };
  try {
    yield* readLineGroups(counted(), maxLineBytes);
    const [code] = await ended;
    if (code === 0) return;
    if (code === refusedExit) throw new Unreadable(said);
    throw new Unreadable(
      isSilent
        ? 'is damaged: reading its Parquet data does not end'
        : 'is damaged: reading its Parquet data takes more memory than its rows could',
      { cause: said },
    );
  } finally {
    clearTimeout(silence);
    clearInterval(waiting);
    child.kill('SIGKILL');
  }
}
