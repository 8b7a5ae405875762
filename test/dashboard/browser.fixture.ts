import { existsSync } from 'node:fs';
import { patienceMs } from '@lathe/testkit/patience';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { openPlatform, type TestPlatform } from '../flow/platform.fixture.ts';

/** Where Debian's package puts it. */
const executablePath = '/usr/bin/chromium';

/** How the name of tests ends that are skipped, and why; empty where they run. */
export const withoutChromium = existsSync(executablePath)
  ? ''
  : ' (skipped: Debian’s chromium is not here)';

/** For tests: the whole platform and a browser on it, which writes down what a page must not do. */
export type OpenDashboard = AsyncDisposable & {
  readonly platform: TestPlatform;
  readonly browser: Browser;
  readonly page: Page;
  /** Errors of the console and requests to other places, of all pages so far. */
  readonly faults: string[];
  /** Opens an address below `/ui`. */
  go(path: string): Promise<unknown>;
  /** What axe finds serious or worse on the page as it is, a line each. */
  seriousIssues(): Promise<string[]>;
};

/** For tests: opens the dashboard, not signed in; base models are in `models`. Throws where chromium is missing. */
export async function openDashboard(
  options: { readonly models?: string } = {},
): Promise<OpenDashboard> {
  const platform = await openPlatform(options);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const context = await browser.newContext();
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`page: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${platform.url}/`) && !/^(blob|data):/.test(url))
      faults.push(`asked ${url}`);
  });
  return {
    ...{ platform, browser, page, faults },
    go: (path) => page.goto(`${platform.url}/ui${path}`),
    async seriousIssues() {
      // Not as an element of the page, which its policy would refuse.
      await page.evaluate(axe.source);
      const { violations } = (await page.evaluate('axe.run()')) as Axe;
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await platform[Symbol.asyncDispose]();
    },
  };
}

type Axe = {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
};
