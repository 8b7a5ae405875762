import { existsSync } from 'node:fs';
import { patienceMs } from '@lathe/testkit/patience';
import axe from 'axe-core';
import { chromium, type Page } from 'playwright-core';
import { beforeEach } from 'vitest';
import { openPlatform, type TestPlatform } from '../flow/platform.fixture.ts';

/** Where Debian's package puts it. */
const executablePath = '/usr/bin/chromium';

/** How long a page that a test failed on may take to say what it shows, in milliseconds. */
const lookMs = 10_000;

/** How the name of tests ends that are skipped, and why; empty where they run. */
export const withoutChromium = existsSync(executablePath)
  ? ''
  : ' (skipped: Debian’s chromium is not here)';

/** For tests: the whole platform and a page of a browser on it, which writes down what it must not do. */
export type OpenDashboard = AsyncDisposable & {
  readonly platform: TestPlatform;
  readonly page: Page;
  /** Errors of the console and requests to other places, so far. */
  readonly faults: string[];
  /** Opens an address below `/ui`. Throws where the page asks for a key instead: it would be waited for in vain. */
  go(path: string): Promise<void>;
  /** What axe finds serious or worse on the page as it is, a line each. */
  seriousIssues(): Promise<string[]>;
};

/**
 * For tests: opens the dashboard at `path`, signed in; base models are in `models`. Throws where chromium is missing, with all that
 * was opened closed again.
 */
export async function openDashboard(
  path: string,
  options: { readonly models?: string } = {},
): Promise<OpenDashboard> {
  await using opened = new AsyncDisposableStack();
  const platform = opened.use(await openPlatform(options));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  opened.defer(() => browser.close());
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
  const go = async (to: string): Promise<void> => {
    await page.goto(`${platform.url}/ui${to}`);
    // The event of a loaded page does not wait for the exchange of a code: another address would end it, and the code be gone.
    const pages = page.getByRole('navigation', { name: 'Pages' });
    await pages.or(page.getByLabel('API key')).first().waitFor();
    if (!(await pages.isVisible())) throw new Error(`/ui${to} asks for a key.`);
  };
  const { code } = await platform.client.post<{ code: string }>('/lathe/sign_in_codes');
  await go(`${path}#code=${code}`);
  const parts = opened.move();
  return {
    ...{ platform, page, faults, go },
    async seriousIssues() {
      // Not as an element of the page, which its policy would refuse.
      await page.evaluate(axe.source);
      const { violations } = (await page.evaluate('axe.run()')) as Axe;
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/**
 * In a `describe` whose tests share a page: one that fails says what the page showed, and those after it are skipped. Each would wait
 * for minutes for what the page cannot show.
 */
export function stopAtFailure(dashboard: () => OpenDashboard | undefined): void {
  let failed = false;
  beforeEach(({ skip, onTestFailed }) => {
    skip(failed, 'a test before it on the same page failed');
    onTestFailed(async () => {
      failed = true;
      const { page, faults } = dashboard() ?? {};
      if (page === undefined) return;
      const seen = await page.locator('body').ariaSnapshot({ timeout: lookMs }).catch(String);
      console.error([page.url(), ...(faults ?? []), seen].join('\n'));
    });
  });
}

type Axe = {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
};
