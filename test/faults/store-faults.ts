/** Faults of disks: full ones, and bytes that change on them. */
import type { Stats } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { canMount, smallDisk } from '@lathe/testkit/small-disk';
import { eventually, type LatheProcess } from './lathe-process.ts';
import type { Scenario } from './scenario.ts';
import { withStage } from './stage.ts';

/** The largest state file of the checkpoint that a job of a platform would be resumed from. */
async function newestState({ dataFolder }: LatheProcess): Promise<string> {
  const root = join(dataFolder, 'artifacts');
  const all = await readdir(root, { recursive: true });
  const whole = new Set(all.filter((path) => path.endsWith('manifest.json')).map(dirname));
  const found = await Promise.all(
    all
      .filter((path) => path.includes('/state/'))
      .map(async (path) => ({
        path: join(root, path),
        folder: path.split('/state/')[0] ?? '',
        ...pick(await stat(join(root, path))),
      })),
  );
  // A folder without its manifest is what the kill cut off, and nobody reads it.
  const usable = found.filter(({ folder, isFile }) => isFile && whole.has(folder));
  const newest = usable.toSorted((a, b) => stepOf(b.folder) - stepOf(a.folder))[0];
  const files = usable.filter(({ folder }) => folder === newest?.folder);
  const largest = files.toSorted((a, b) => b.size - a.size)[0];
  if (largest === undefined) throw new Error('there is no state of a checkpoint');
  return largest.path;
}

const pick = (stats: Stats) => ({ size: stats.size, isFile: stats.isFile() });
const stepOf = (folder: string): number => Number(folder.split('-').at(-1));

async function flipByte(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  const { size } = await file.stat();
  const byte = Buffer.alloc(1);
  const at = Math.floor(size / 2);
  await file.read(byte, 0, 1, at);
  byte[0] = (byte[0] ?? 0) ^ 1;
  await file.write(byte, 0, 1, at);
}

export const storeFaults: readonly Scenario[] = [
  {
    fault: 'C3',
    title: 'a flipped byte in the newest checkpoint of a job that has to go on',
    run: (references) =>
      withStage(
        references,
        async ({ lathe, submit, checkpoints, client }) => {
          const id = await submit('long');
          await checkpoints(id, 3);
          await lathe.killAll();
          await flipByte(await newestState(lathe));
          await lathe.start();
          await client.over(id);
          const damaged = (await client.events(id)).filter(({ message }) =>
            /damaged/i.test(message),
          );
          if (damaged.length === 0) throw new Error('no event names the damaged checkpoint');
        },
        { environment: { LATHE_WORKERS: '1' } },
      ),
  },
  {
    fault: 'C2',
    title: 'the data folder is full, then there is room again',
    missing: () => (canMount() ? null : 'this process may not mount a small disk'),
    run: async (references) => {
      using disk = smallDisk(96 * 2 ** 20);
      const filler = join(disk.path, 'filler');
      await withStage(
        references,
        async ({ lathe, submit, checkpoints }) => {
          const id = await submit('long');
          await checkpoints(id, 1);
          await fill(filler);
          await eventually('a platform that says that it is not ready', async () => {
            const answer = await fetch(`${lathe.url}/readyz`).catch(() => undefined);
            await answer?.arrayBuffer();
            return answer?.status === 503 ? true : undefined;
          });
          await sleep(3000);
          await rm(filler);
          await lathe.ready();
          await submit('lora');
        },
        { dataFolder: join(disk.path, 'data') },
      );
    },
  },
];

/** Writes until nothing more fits. */
async function fill(path: string): Promise<void> {
  await using file = await open(path, 'w');
  for (let bytes = 2 ** 20; bytes >= 512; )
    try {
      await file.write(Buffer.alloc(bytes, 1));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      bytes /= 2;
    }
}
