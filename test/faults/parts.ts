import { readdir, readFile } from 'node:fs/promises';

/** The processes that Lathe runs as, each by what its command line holds. */
const commandOf = {
  'nats-server': /^\S*nats-server /,
  gateway: /services\/gateway\/src\/main\.ts/,
  ingest: /services\/ingest\/src\/main\.ts/,
  trainer: /services\/trainer\/src\/main\.ts/,
  evaluator: /services\/evaluator\/src\/main\.ts/,
  worker: /services\/trainer\/src\/worker\/main\.ts/,
  "worker's engine": /services\/trainer\/src\/worker\/engine\/engine-child\.ts/,
  "evaluator's engine": /services\/evaluator\/src\/engine\/engine-child\.ts/,
} as const;
export type PartName = keyof typeof commandOf;
export const partNames = Object.keys(commandOf) as PartName[];

export type Part = { readonly name: PartName; readonly pid: number };

/** The parts among the descendants of a process, as /proc shows them now. */
export async function partsUnder(root: number): Promise<Part[]> {
  const processes = await readProcesses();
  const family = new Set([root]);
  // A child has a younger pid but after the numbers start over, so look until nothing is new.
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const { pid, parent } of processes) if (family.has(parent)) family.add(pid);
  }
  return processes.flatMap(({ pid, command }) => {
    const name = family.has(pid) && partNames.find((each) => commandOf[each].test(command));
    return name ? [{ name, pid }] : [];
  });
}

async function readProcesses() {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (name) => {
      try {
        const stat = await readFile(`/proc/${name}/stat`, 'utf8');
        // The second field is a name in brackets that may hold anything; state and parent follow it.
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const command = (await readFile(`/proc/${name}/cmdline`, 'utf8')).replaceAll('\0', ' ');
        return state === 'Z' ? [] : [{ pid: Number(name), parent: Number(parent), command }];
      } catch {
        // It ended while we looked.
        return [];
      }
    }),
  );
  return found.flat();
}
