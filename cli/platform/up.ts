import type { Config } from '@lathe/platform/config';
import { openBrowser } from '../../scripts/open-browser.ts';
import { createApi } from '../api/api.ts';
import { command } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';
import { profileFile, saveProfile } from '../profile/profiles.ts';
import { keptKey } from '../profile/target.ts';
import { duration } from '../terminal/amounts.ts';
import { localConfig } from './local-config.ts';
import { signInLink } from './open.ts';
import { isReady, runningOn } from './running.ts';
import { startInBackground } from './start-platform.ts';

export const up = command({
  name: 'up',
  summary:
    'Starts Lathe on this machine in the background, waits until it is well, and makes it the current profile.',
  details:
    'It is what npm start runs, with the same settings from the environment (docs/settings.md), and goes on when the terminal is closed; lathe down ends it. What it logs is in platform.log of the data folder. One that runs already is left as it is.',
  args: [],
  options: {
    name: { meaning: 'of the profile; local by default', value: '<name>' },
    open: { meaning: 'opens the dashboard, signed in, as lathe open does' },
  },
  async run({ options, out, err, isJson, json, env, signal }) {
    const begun = performance.now();
    const config = localConfig(env);
    const profile = options.name ?? 'local';
    const running = await runningUrl(config);
    if (running === null) err.draw(['Starting Lathe …']);
    const url = running ?? (await startInBackground(config.dataFolder, env));
    err.clear();
    const key = config.apiKey ?? (await keptKey(config.dataFolder)) ?? '';
    const file = profileFile(env);
    await saveProfile(file, profile, { url, key, data: config.dataFolder });
    if (options.open) openBrowser(await signInLink(createApi({ url, key }, signal)));
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

/** The address of the platform that runs on the data folder; null where none does. Throws CommandError for one that is not well. */
async function runningUrl({ dataFolder }: Config): Promise<string | null> {
  const running = await runningOn(dataFolder);
  if (running === null) return null;
  const { pid, url } = running;
  if (url !== null && (await isReady(url))) return url;
  throw new CommandError(
    'failed',
    `Process ${pid} runs Lathe on ${dataFolder}, but it is not well${url === null ? ' yet' : ` at ${url}`}: see lathe doctor, or end it with lathe down.`,
  );
}
