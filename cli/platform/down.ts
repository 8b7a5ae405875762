import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '@lathe/platform/is-alive';
import { leftOverParts } from '../../scripts/left-over-parts.ts';
import { command } from '../command/command.ts';
import { localEnvironment } from '../profile/target.ts';
import { duration } from '../terminal/amounts.ts';
import { localConfig } from './local-config.ts';
import { runningOn } from './running.ts';

const lookMs = 100;
/** How long it is waited before it is told for what. */
const patienceMs = 2000;

export const down = command({
  name: 'down',
  summary:
    'Ends the Lathe of this machine; its jobs go on from their last checkpoint after the next lathe up.',
  details:
    'It says what it waits for. What has not ended after twice LATHE_SHUTDOWN_GRACE is killed, which costs no more than what came after the last checkpoints.',
  args: [],
  options: {},
  async run({ out, err, isJson, json, env, profile }) {
    const local = await localEnvironment(env, profile);
    const { dataFolder, shutdownGraceMs } = localConfig(local);
    const running = await runningOn(dataFolder);
    if (running === null) {
      if (isJson) return json({ stopped: false });
      return out.line(`No Lathe runs on ${dataFolder}.`);
    }
    err.draw(['Ending Lathe …']);
    const begun = performance.now();
    let told = '';
    const tell = (seconds: number, names: readonly string[]): void => {
      const text = `waits for the ${names.join(', the ')}`;
      err.draw([`Ending Lathe: ${text}, ${duration(seconds)} so far`]);
      if (!err.isTerminal && text !== told) err.line(`Ending Lathe: ${text}.`);
      told = text;
    };
    process.kill(running.pid, 'SIGTERM');
    // A platform ends by itself within twice its own time for that.
    const killed = await ended(running.pid, dataFolder, {
      mostMs: 2 * shutdownGraceMs + patienceMs,
      onWait: (names) => tell((performance.now() - begun) / 1000, names),
    });
    err.clear();
    if (isJson) return json({ stopped: true, killed });
    const how =
      killed.length === 0 ? '' : `; ended by force, since it took too long: ${killed.join(', ')}`;
    out.line(`Lathe has ended${how}.`);
  },
});

type Wait = {
  readonly mostMs: number;
  /** Told what has not ended, again and again. */
  readonly onWait: (names: readonly string[]) => void;
};

/** Waits until a platform and its parts are gone, and kills what is not in time: the names of that. */
async function ended(pid: number, dataFolder: string, { mostMs, onWait }: Wait): Promise<string[]> {
  const begun = performance.now();
  const left = async () => [
    ...(await leftOverParts(dataFolder)),
    ...(isAlive(pid) ? [{ pid, name: 'platform' }] : []),
  ];
  for (;;) {
    const parts = await left();
    if (parts.length === 0) return [];
    const passed = performance.now() - begun;
    if (passed > mostMs) {
      for (const part of parts) killIfThere(part.pid);
      return parts.map(({ name }) => name);
    }
    if (passed > patienceMs) onWait(parts.map(({ name }) => name));
    await sleep(lookMs);
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It has ended meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
