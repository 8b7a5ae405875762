import { readConfig } from '@lathe/platform/config';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { type Browser, chromium } from 'playwright-core';
import { startPlatform } from '../../scripts/platform.ts';

/** An empty platform with its dashboard, and a browser to look at it with. */
export type OpenDashboard = AsyncDisposable & {
  readonly url: string;
  readonly apiKey: string;
  readonly browser: Browser;
};

/** Starts both in a folder of their own. Throws where there is no chromium at this path. */
export async function openDashboard(executablePath: string): Promise<OpenDashboard> {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(await tempFolder());
  const apiKey = 'sk-of-the-dashboard';
  const platform = await startPlatform(
    readConfig({
      ...process.env,
      ...{ LATHE_DATA: folder.path, LATHE_PORT: '0' },
      ...{ LATHE_API_KEY: apiKey, LATHE_LOG_LEVEL: 'warn' },
    }),
  );
  opened.defer(() => platform.stop());
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  opened.defer(() => browser.close());
  const parts = opened.move();
  return { url: platform.url, apiKey, browser, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}
