import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '@lathe/platform/config';
import { command } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';
import { profileFile, saveProfile } from '../profile/profiles.ts';
import { duration } from '../terminal/amounts.ts';
import { localConfig } from './local-config.ts';
import { holderOf, isReady } from './running.ts';
import { startInBackground } from './start-platform.ts';

export const up = command({
  name: 'up',
  summary:
    'Starts Lathe on this machine in the background, waits until it is well, and makes it the current profile.',
  details:
    'It is what npm start runs, with the same settings from the environment (docs/settings.md), and goes on when the terminal is closed; lathe down ends it. What it logs is in platform.log of the data folder. One that runs already is left as it is.',
  args: [],
  options: { name: { meaning: 'of the profile; local by default', value: '<name>' } },
  async run({ options, out, err, isJson, json, env }) {
    const begun = performance.now();
    const config = localConfig(env);
    const profile = options.name ?? 'local';
    const running = await runningUrl(config);
    if (running === null) err.draw(['Starting Lathe …']);
    const url = running ?? (await startInBackground(config.dataFolder, env));
    err.clear();
    const key =
      config.apiKey ?? (await readFile(path.join(config.dataFolder, 'api-key'), 'utf8')).trim();
    const file = profileFile(env);
    await saveProfile(file, profile, { url, key });
    if (isJson) return json({ url, profile, started: running === null });
    const took = duration((performance.now() - begun) / 1000);
    out.line(
      running === null
        ? `Lathe runs at ${url}, started in ${took}.`
        : `Lathe runs already at ${url}.`,
    );
    out.line(
      out.paint.dim(
        `Its address and key are the profile ${profile} in ${file}. To end it: lathe down`,
      ),
    );
  },
});

/**
 * The address of the platform that runs on the data folder; null where none does. Throws CommandError for one that is not well, or
 * whose port nobody knows.
 */
async function runningUrl({ dataFolder, host, port }: Config): Promise<string | null> {
  const pid = await holderOf(dataFolder);
  if (pid === null) return null;
  const url = `http://${host}:${port}`;
  if (port !== 0 && (await isReady(url))) return url;
  throw new CommandError(
    'failed',
    `Process ${pid} runs Lathe on ${dataFolder}, but it is not well at ${url}: see lathe doctor, or end it with lathe down.`,
  );
}
