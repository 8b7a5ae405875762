/** `npm start`: all of Lathe on this machine until Ctrl-C; with `-- --open` the dashboard opens in a browser. */
import { parseArgs } from 'node:util';
import { signInCodeSchema } from '@lathe/contracts/http/sign-in';
import { readConfig, unknownVariables } from '@lathe/platform/config';
import { createLogger } from '@lathe/platform/log';
import type { ServiceMessage } from '@lathe/platform/service-process';
import { onShutdown } from '@lathe/platform/shutdown';
import { openBrowser } from './open-browser.ts';
import { onParentGone } from './parent-watch.ts';
import { type Platform, startPlatform } from './platform.ts';

async function greeting(platform: Platform): Promise<string> {
  const { url, key } = platform;
  const shown =
    key.file === null
      ? 'from LATHE_API_KEY'
      : `${key.isNew ? `${key.key}  (shown once; ` : '('}kept in ${key.file})`;
  const link = await dashboardLink(platform);
  const value = key.file === null ? '$LATHE_API_KEY' : `$(cat ${key.file})`;
  return `
  Lathe runs at ${url}
  Dashboard     ${link}${link.includes('#code=') ? '  (signs in once, within ten minutes)' : ''}
  API key       ${shown}

  curl ${url}/v1/models -H "Authorization: Bearer ${value}"

  Ctrl-C stops it.
`;
}

/** The dashboard's address, which signs one browser in where the gateway gives a code for that. */
async function dashboardLink({ url, apiKey }: Platform): Promise<string> {
  const page = `${url}/ui/`;
  const response = await fetch(`${url}/v1/lathe/sign_in_codes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}` },
  });
  if (!response.ok) return page;
  const { code } = signInCodeSchema.parse(await response.json());
  return `${page}#code=${code}`;
}

async function main(): Promise<void> {
  // Everything that is written is for its owner only.
  process.umask(0o077);
  const { values } = parseArgs({ options: { open: { type: 'boolean', default: false } } });
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
  const platform = await starting;
  process.stdout.write(`${await greeting(platform)}\n`);
  // A code of its own, so that the one that was printed is not spent.
  if (values.open) openBrowser(await dashboardLink(platform));
  tell({ kind: 'ready', url: platform.url });
  if (!process.connected) return;
  // Who waited for that may go: until then its end was ours.
  process.removeAllListeners('disconnect');
  process.disconnect();
}

/** Tells the process that started this one, where it wants to know: `lathe up`. */
function tell(message: ServiceMessage): void {
  if (process.connected) process.send?.(message);
}

try {
  await main();
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n`);
  tell({ kind: 'failed', message });
  process.exit(1);
}
