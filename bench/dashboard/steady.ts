/**
 * `npm run bench:dashboard -- --minutes 10`: how soon the dashboard is there, and whether the page of a job stays as small as it is while
 * events come. The real gateway serves the real page to Debian's chromium; the job's events alone are made, `--rate` a second. Heap, nodes
 * and listeners are those after a collection of garbage. Ends with 1 where the first load took more than a second, or where the last
 * third of the time needs more than `--growth` times the memory or nodes of the third before it.
 */
import { parseArgs } from 'node:util';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { madeJob } from './made-job.ts';
import { openDashboard } from './open-dashboard.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    rate: { type: 'string', default: '20' },
    growth: { type: 'string', default: '1.2' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
  },
});
const minutes = Number(values.minutes);
const looks = 12;
/** What a person waits for at the most. */
const mostLoadMs = 1000;

type Look = { readonly heap: number; readonly nodes: number };

/** What the page needs once nothing is left to collect. */
async function look(client: CDPSession, page: Page): Promise<Look & { listeners: number }> {
  await client.send('HeapProfiler.collectGarbage');
  const { metrics } = await client.send('Performance.getMetrics');
  const of = (name: string): number => metrics.find((each) => each.name === name)?.value ?? 0;
  return {
    heap: of('JSHeapUsedSize'),
    nodes: Number(await page.evaluate("document.querySelectorAll('*').length")),
    listeners: of('JSEventListeners'),
  };
}

/** From the click to the first words of the page, in milliseconds, by a browser that has kept nothing of it. */
async function firstLoad(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole('heading').first().waitFor();
  const paint = await page.evaluate(
    "performance.getEntriesByName('first-contentful-paint')[0].startTime",
  );
  await context.close();
  return Number(paint);
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

await using dashboard = await openDashboard(values.chromium);
const { url, apiKey, browser } = dashboard;
await using job = await madeJob(url, Number(values.rate));
const page = await browser.newPage();
await page.addInitScript((key) => sessionStorage.setItem('lathe.key', key), apiKey);
const loads = [];
for (let i = 0; i < 5; i++) loads.push(await firstLoad(browser, `${url}/ui/`));
const load = loads.toSorted((a, b) => a - b)[2] ?? 0;
const each = loads.map((ms) => Math.round(ms)).join(', ');
console.log(`first load: painted after ${Math.round(load)} ms, the middle one of ${each}`);

const client = await page.context().newCDPSession(page);
await client.send('Performance.enable');
await page.goto(job.url + job.path);
await page.getByRole('slider', { name: /^Gradient norm by step/ }).waitFor();
console.log('| minute | steps told | heap, MB | nodes | listeners | step on the page |');
console.log('| --- | --- | --- | --- | --- | --- |');
const seen: Look[] = [];
for (let i = 1; i <= looks; i++) {
  await page.waitForTimeout((minutes * 60_000) / looks);
  const told = job.steps();
  const now = await look(client, page);
  seen.push(now);
  const shown = await page.getByText(/^[\d,]+ \/ 1,000,000$/).textContent();
  const heap = (now.heap / 1e6).toFixed(1);
  const minute = ((minutes * i) / looks).toFixed(1);
  console.log(
    `| ${minute} | ${told} | ${heap} | ${now.nodes} | ${now.listeners} | ${shown?.split(' ')[0]} |`,
  );
}
const third = (n: number): readonly Look[] => seen.slice((n * looks) / 3, ((n + 1) * looks) / 3);
const ratio = (figure: (look: Look) => number): number =>
  mean(third(2).map(figure)) / mean(third(1).map(figure));
const heap = ratio((each) => each.heap);
const nodes = ratio((each) => each.nodes);
console.log(`last third to the one before: heap ${heap.toFixed(2)}, nodes ${nodes.toFixed(2)}`);
if (load > mostLoadMs || Math.max(heap, nodes) > Number(values.growth)) process.exitCode = 1;
