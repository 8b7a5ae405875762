/**
 * `npm run screenshots`: pictures of every page of the dashboard, light, dark and as wide as a phone, in `.out/dashboard`, to be looked
 * at: of an empty platform, of the example's job while it runs, of what came of it, of the pages that ask and judge its model,
 * and of those that compare runs, make data and manage a project. Needs Debian's chromium.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { takeModelPages } from './model-pages.ts';
import { openDashboard } from './open-dashboard.ts';
import { takeWorkPages } from './work-pages.ts';

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
    await page.evaluate('scrollTo(0, 0)');
    await page.waitForTimeout(400);
    const file = path.join(values.out, `${name}.${view.name}.png`);
    await page.screenshot({ path: file, fullPage: true });
    const wide = await page.evaluate('document.documentElement.scrollWidth');
    if (Number(wide) > view.width)
      console.log(`${name}.${view.name} is ${wide} wide in a window of ${view.width}`);
  }
  console.log(name);
}

/** The example with rows that are repeated, cut off, empty or of another form. */
async function rowsWithFaults(): Promise<string> {
  const rows = (await readFile('examples/support-routing.jsonl', 'utf8')).trim().split('\n');
  const faulty = [
    rows[0]?.slice(0, 60),
    '{"messages": []}',
    '{"messages": [{"role": "user", "content": "Hello"}]}',
    '{"messages": [{"role": "user", "content": "Mail ann@example.com"}, {"role": "robot", "content": "x"}]}',
    rows[3],
    rows[3],
  ];
  return [...rows.slice(0, 60), ...faulty, ...rows.slice(60, 90)].join('\n');
}

/** Texts with one of three labels, in a table with a column that nobody needs. */
function labelledRows(): string {
  const words = {
    praise: ['lovely', 'excellent', 'fast'],
    complaint: ['broken', 'late', 'rude'],
    question: ['where', 'when', 'how'],
  };
  const things = ['parcel', 'driver', 'lamp', 'sofa', 'refund', 'manual', 'cable', 'mirror'];
  const places = ['kitchen', 'office', 'garden', 'cellar', 'school', 'harbour', 'hotel'];
  const rows = Array.from({ length: 224 }, (_, i) => {
    const label = (['praise', 'praise', 'complaint', 'question'] as const)[i % 4] ?? 'praise';
    const word = words[label][Math.floor(i / 4) % 3];
    return `${i},${word} ${things[i % 8]} for the ${places[i % 7]} of row ${'abcd'[Math.floor(i / 56)]},${label}`;
  });
  return ['id,text,label', ...rows].join('\n');
}

await using dashboard = await openDashboard(values.chromium);
const { url, apiKey, browser } = dashboard;
await rm(values.out, { recursive: true, force: true });
await mkdir(values.out, { recursive: true });
const page = await browser.newPage();
page.on('console', (message) => {
  if (message.type() === 'error') console.log(`console: ${message.text()}`);
});
const go = (to: string) => page.goto(`${url}/ui${to}`);
await go('/');
await take(page, 'sign-in');
await page.getByLabel('API key').fill(apiKey);
await page.getByRole('button', { name: 'Sign in' }).click();
await page.getByRole('button', { name: 'Try the example' }).waitFor();
const load = await page.evaluate(
  "Math.round(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0)",
);
console.log(`first paint after ${load} ms`);
await take(page, 'home-empty');
await go('/jobs');
await take(page, 'jobs-empty');
await go('/');
await page.getByRole('button', { name: 'Try the example' }).click();
await page.getByText('training', { exact: true }).first().waitFor({ timeout: 60_000 });
await page.getByText('Gradient norm', { exact: true }).first().waitFor({ timeout: 60_000 });
await page
  .getByText(/^Checkpoint created/)
  .first()
  .waitFor({ timeout: 600_000 });
const job = page.url().split('/ui')[1] ?? '';
await take(page, 'job-running');
await go('/');
await page.getByRole('heading', { name: 'Under way' }).waitFor();
await take(page, 'home-running');
await go(job);
await page.getByText('done', { exact: true }).first().waitFor({ timeout: 600_000 });
await take(page, 'job-done');
await go(`${job}/verdict`);
await page.getByRole('heading', { name: 'All contestants' }).waitFor();
await take(page, 'verdict');
await takeModelPages({ page, go, take: (name) => take(page, name) });
await go('/jobs');
await page.getByRole('table').waitFor();
await take(page, 'jobs');
await go('/');
await page.getByRole('heading', { name: 'Newest results' }).waitFor();
await take(page, 'home');
await go('/data');
await page.getByRole('table').waitFor();
await take(page, 'data');
await page.getByLabel('File of rows').setInputFiles('examples/support-routing.jsonl');
await page.getByRole('heading', { name: 'Lengths' }).waitFor({ timeout: 60_000 });
await take(page, 'file');
await page.getByRole('link', { name: 'Tune a model on it' }).click();
await page.getByRole('combobox', { name: /^Model/ }).selectOption('lathe-tiny');
await page.getByText('tokens to train on').waitFor();
await page.getByText('All settings').click();
await page.getByLabel('schedule').waitFor();
await take(page, 'new-job');
await go('/data');
const buffer = Buffer.from(await rowsWithFaults());
const faulty = { name: 'tickets.jsonl', mimeType: 'application/jsonl', buffer };
await page.getByLabel('File of rows').setInputFiles(faulty);
await page.getByRole('table', { name: 'Findings' }).waitFor({ timeout: 60_000 });
await take(page, 'file-faulty');
await go('/data');
const labels = { name: 'reviews.csv', mimeType: 'text/csv', buffer: Buffer.from(labelledRows()) };
await page.getByLabel('File of rows').setInputFiles(labels);
await page.getByLabel('Looked at for').selectOption('lathe-tiny-encoder');
await page.getByRole('table', { name: 'Labels' }).waitFor({ timeout: 60_000 });
await take(page, 'file-labels');
await page.getByRole('link', { name: 'Tune a model on it' }).click();
await page.getByRole('button', { name: 'Start the job' }).click();
await page.getByText('done', { exact: true }).first().waitFor({ timeout: 600_000 });
await page.getByRole('link', { name: 'Verdict' }).click();
await page.getByRole('heading', { name: 'By label' }).waitFor();
await take(page, 'verdict-labels');
await go('/models');
// The model, or one of its checkpoints: each shows the same bars.
const classifier = page.getByRole('row', { name: /lathe-tiny-encoder:/ }).first();
await classifier.getByRole('link', { name: 'Playground' }).click();
await page.getByLabel('Text').fill('The broken lamp came late');
await page.getByRole('button', { name: 'Ask' }).click();
await page
  .getByLabel(/^Score of/)
  .first()
  .waitFor();
await take(page, 'playground-labels');
await takeWorkPages({ page, go, take: (name) => take(page, name) });
