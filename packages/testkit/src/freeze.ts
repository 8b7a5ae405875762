import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const stopMs = 10_000;

/**
 * Stops a process as a machine that hangs does, until SIGCONT. Returns when every thread of it stands still: a
 * running thread obeys SIGSTOP only at its next turn in the kernel, and may answer a request before that. Where
 * there is no /proc to look at, it waits a moment instead. Throws when the process does not stop.
 * @example await freeze(4711);
 */
export async function freeze(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  if (process.platform !== 'linux') return void (await sleep(200));
  const deadline = performance.now() + stopMs;
  while (!(await standsStill(pid))) {
    if (performance.now() > deadline) throw new Error(`process ${pid} did not stop`);
    await sleep(5);
  }
}

async function standsStill(pid: number): Promise<boolean> {
  const threads = await readdir(`/proc/${pid}/task`);
  const states = await Promise.all(
    threads.map(async (thread) => {
      const stat = await readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8').catch(() => ') T');
      return stat.slice(stat.lastIndexOf(')') + 2)[0];
    }),
  );
  return states.every((state) => state === 'T');
}
