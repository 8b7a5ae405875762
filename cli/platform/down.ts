import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '@lathe/platform/is-alive';
import { command } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';
import { localConfig } from './local-config.ts';
import { holderOf } from './running.ts';

const lookMs = 50;

export const down = command({
  name: 'down',
  summary:
    'Ends the Lathe of this machine; its jobs go on from their last checkpoint after the next lathe up.',
  args: [],
  options: {},
  async run({ out, err, isJson, json, env }) {
    const { dataFolder, shutdownGraceMs } = localConfig(env);
    const pid = await holderOf(dataFolder);
    if (pid === null) {
      if (isJson) return json({ stopped: false });
      return out.line(`No Lathe runs on ${dataFolder}.`);
    }
    err.draw(['Ending Lathe …']);
    process.kill(pid, 'SIGTERM');
    // It ends by itself within twice its own time for that.
    const deadline = performance.now() + 3 * shutdownGraceMs;
    while (isAlive(pid)) {
      if (performance.now() > deadline)
        throw new CommandError('failed', `Process ${pid} does not end; kill -9 ${pid} ends it.`);
      await sleep(lookMs);
    }
    err.clear();
    if (isJson) return json({ stopped: true });
    out.line('Lathe has ended.');
  },
});
