import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '@lathe/platform/make-folder';
import { commandOf } from '@lathe/platform/process-command';

/** No worker can be called so. */
const fileOf = (dataFolder: string): string => path.join(dataFolder, 'work', '.parts');

/** Writes down which processes are ours, for the next start. */
export async function notePids(dataFolder: string, pids: Iterable<number>): Promise<void> {
  await makeFolder(path.join(dataFolder, 'work'));
  await writeFile(fileOf(dataFolder), [...pids].join('\n'), { mode: 0o600 });
}

/** A process of a platform, and what it is: `gateway`, `ingest`, `trainer`, `evaluator` or `worker`. */
export type LeftOverPart = { readonly pid: number; readonly name: string };

/**
 * The processes of a start that are still there: a supervisor that was killed is gone at once, and its parts end after it,
 * each in order. They are known by number and command, since others may have the numbers by now.
 */
export async function leftOverParts(dataFolder: string): Promise<LeftOverPart[]> {
  const text = await readFile(fileOf(dataFolder), 'utf8').catch(() => '');
  const pids = text
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 1);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [, service, worker] =
        /services\/(\w+)\/src\/(worker)?\/?main\.ts/.exec(await commandOf(pid)) ?? [];
      return service === undefined ? [] : [{ pid, name: worker ?? service }];
    }),
  );
  return found.flat();
}
