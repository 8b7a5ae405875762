/** `npm start`: all of Lathe on this machine until Ctrl-C. */
import { signInCodeSchema } from '@lathe/contracts/http/sign-in';
import { readConfig, unknownVariables } from '@lathe/platform/config';
import { createLogger } from '@lathe/platform/log';
import { onShutdown } from '@lathe/platform/shutdown';
import { onParentGone } from './parent-watch.ts';
import { type Platform, startPlatform } from './platform.ts';

async function greeting(platform: Platform): Promise<string> {
  const { url, key } = platform;
  const shown =
    key.file === null
      ? 'from LATHE_API_KEY'
      : `${key.isNew ? `${key.key}  (shown once; ` : '('}kept in ${key.file})`;
  const value = key.file === null ? '$LATHE_API_KEY' : `$(cat ${key.file})`;
  return `
  Lathe runs at ${url}
  Dashboard     ${await dashboardLink(platform)}
  API key       ${shown}

  curl ${url}/v1/models -H "Authorization: Bearer ${value}"

  Ctrl-C stops it.
`;
}

/** The dashboard's address, which signs one browser in where it is of this machine. */
async function dashboardLink({ url, apiKey }: Platform): Promise<string> {
  const page = `${url}/ui/`;
  const response = await fetch(`${url}/v1/lathe/sign_in_codes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}` },
  });
  if (!response.ok) return page;
  const { code } = signInCodeSchema.parse(await response.json());
  return `${page}#code=${code}  (signs in once, within ten minutes)`;
}

async function main(): Promise<void> {
  // Everything that is written is for its owner only.
  process.umask(0o077);
  // npm hands signals on, but one that is killed cannot.
  if (process.env.npm_command !== undefined)
    onParentGone(() => process.kill(process.pid, 'SIGTERM'));
  const config = readConfig(process.env);
  const log = createLogger(config, 'platform');
  for (const name of unknownVariables(process.env))
    log.warn(`the environment variable ${name} is not known and has no effect`);
  const starting = startPlatform(config);
  // A signal during the start stops what has been started by then.
  onShutdown({ stop: async () => (await starting).stop() }, log, 2 * config.shutdownGraceMs);
  process.stdout.write(`${await greeting(await starting)}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
