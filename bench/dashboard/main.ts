/**
 * `npm run screenshots`: pictures of every page of the dashboard, light, dark and as wide as a phone, in `.out/dashboard`, to be looked
 * at: of an empty platform, of the example's job while it runs, and of what came of it. Needs Debian's chromium.
 */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '@lathe/platform/config';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { chromium, type Page } from 'playwright-core';
import { startPlatform } from '../../scripts/platform.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: '.out/dashboard' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    /** Only pages whose name begins so. */
    only: { type: 'string', default: '' },
  },
});

const views = [
  { name: 'light', theme: 'light', width: 1280 },
  { name: 'dark', theme: 'dark', width: 1280 },
  { name: 'phone', theme: 'light', width: 390 },
] as const;

/** One page in every view, as it is once what it waits for is there. */
async function take(page: Page, name: string): Promise<void> {
  if (!name.startsWith(values.only)) return;
  for (const view of views) {
    await page.setViewportSize({ width: view.width, height: 860 });
    await page.emulateMedia({ colorScheme: view.theme });
    // Plots are drawn anew for another width or theme.
    await page.waitForTimeout(400);
    const file = path.join(values.out, `${name}.${view.name}.png`);
    await page.screenshot({ path: file, fullPage: true });
    const wide = await page.evaluate('document.documentElement.scrollWidth');
    if (Number(wide) > view.width)
      console.log(`${name}.${view.name} is ${wide} wide in a window of ${view.width}`);
  }
  console.log(name);
}

await using folder = await tempFolder();
const apiKey = 'sk-dashboard-pictures';
const platform = await startPlatform(
  readConfig({
    ...process.env,
    ...{ LATHE_DATA: folder.path, LATHE_PORT: '0', LATHE_API_KEY: apiKey, LATHE_LOG_LEVEL: 'warn' },
  }),
);
const browser = await chromium.launch({ executablePath: values.chromium, args: ['--no-sandbox'] });
try {
  await rm(values.out, { recursive: true, force: true });
  await mkdir(values.out, { recursive: true });
  const page = await browser.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') console.log(`console: ${message.text()}`);
  });
  const go = (to: string) => page.goto(`${platform.url}/ui${to}`);
  await go('/');
  await take(page, 'sign-in');
  await page.getByLabel('API key').fill(apiKey);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Try the example' }).waitFor();
  await take(page, 'home-empty');
  await go('/jobs');
  await take(page, 'jobs-empty');
  await go('/');
  await page.getByRole('button', { name: 'Try the example' }).click();
  await page.getByText('training', { exact: true }).first().waitFor({ timeout: 60_000 });
  await page.getByText('Gradient norm', { exact: true }).first().waitFor({ timeout: 60_000 });
  const job = page.url().split('/ui')[1] ?? '';
  await take(page, 'job-running');
  await go('/');
  await page.getByRole('heading', { name: 'Under way' }).waitFor();
  await take(page, 'home-running');
  await go(job);
  await page.getByText('done', { exact: true }).first().waitFor({ timeout: 600_000 });
  await take(page, 'job-done');
  await go('/jobs');
  await page.getByRole('table').waitFor();
  await take(page, 'jobs');
  await go('/');
  await page.getByRole('heading', { name: 'Newest results' }).waitFor();
  await take(page, 'home');
} finally {
  await browser.close();
  await platform.stop();
}
