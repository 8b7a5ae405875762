import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '@lathe/platform/is-alive';
import { command } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';
import { localEnvironment } from '../profile/target.ts';
import { localConfig } from './local-config.ts';
import { runningOn } from './running.ts';

const lookMs = 50;

export const down = command({
  name: 'down',
  summary:
    'Ends the Lathe of this machine; its jobs go on from their last checkpoint after the next lathe up.',
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
    const { pid } = running;
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
