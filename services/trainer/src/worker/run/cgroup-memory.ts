/** What is read of a control group: pure functions over the texts of its files. */

/** A hierarchy of `/proc/self/cgroup`: version 2's, or version 1's of memory. */
export type MemoryGroup = { readonly version: 1 | 2; readonly path: string };

/** The control groups that bound the memory of the process whose `/proc/<pid>/cgroup` this is. */
export function memoryGroups(procCgroup: string): MemoryGroup[] {
  return procCgroup.split('\n').flatMap((line): MemoryGroup[] => {
    const [id, controllers, path] = splitAt(line);
    if (path === undefined) return [];
    if (id === '0' && controllers === '') return [{ version: 2, path }];
    return controllers?.split(',').includes('memory') === true ? [{ version: 1, path }] : [];
  });
}

/** A line's three fields; the path may hold colons itself. */
function splitAt(line: string): (string | undefined)[] {
  const [id, controllers, ...path] = line.split(':');
  return [id, controllers, path.length === 0 ? undefined : path.join(':')];
}

/**
 * Files that may count the processes of the group which were killed for their memory, the best first. In a container
 * the group is mounted as the root, whatever its path is outside.
 */
export function killCounters({ version, path }: MemoryGroup): string[] {
  const base = version === 2 ? '/sys/fs/cgroup' : '/sys/fs/cgroup/memory';
  const files = version === 2 ? ['memory.events'] : ['memory.oom_control', 'memory.failcnt'];
  const inside = path.split('/').filter((part) => part !== '' && part !== '..');
  const folders = new Set([[base, ...inside].join('/'), base]);
  return files.flatMap((file) => [...folders].map((folder) => `${folder}/${file}`));
}

/**
 * Kills for lack of memory that `memory.events` (version 2) or `memory.oom_control` (1) counts, or how often the limit was
 * met (`memory.failcnt`, for kernels that count no kills); undefined: nothing is counted there.
 */
export function killsIn(text: string): number | undefined {
  const found = /^oom_kill (\d+)$/m.exec(text)?.[1] ?? /^(\d+)\n?$/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}
