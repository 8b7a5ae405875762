/** The way from a key to a job and back, on the dashboard in a real browser on the real platform. */
import { readFile } from 'node:fs/promises';
import type { KeyObject } from '@lathe/contracts/http/key';
import type { ModelObject } from '@lathe/contracts/http/model';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { supportLines } from '../flow/platform.fixture.ts';
import {
  type OpenDashboard,
  openDashboard,
  stopAtFailure,
  withoutChromium,
} from './browser.fixture.ts';

describe.runIf(withoutChromium === '')(`the dashboard${withoutChromium}`, () => {
  let dashboard: OpenDashboard;
  beforeAll(async () => {
    dashboard = await openDashboard('/');
  });
  afterAll(() => dashboard?.[Symbol.asyncDispose]());
  stopAtFailure(() => dashboard);

  it('asks for a key, says what is wrong with one, and takes a link that signs in', async () => {
    const { page, platform, go, faults, seriousIssues } = dashboard;
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.goto(`${platform.url}/ui/jobs`);
    await page.getByLabel('API key').fill('sk-not-a-key');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The API key is not valid').waitFor();
    expect(await seriousIssues()).toEqual([]);
    // The browser itself writes an answer of 401 down.
    expect(faults.splice(0)).toEqual([expect.stringContaining('401')]);
    const { code } = await platform.client.post<{ code: string }>('/lathe/sign_in_codes');
    await page.goto('about:blank');
    await go(`/jobs#code=${code}`);
    await page.getByText('No job has run yet.').waitFor();
    expect(page.url()).toBe(`${platform.url}/ui/jobs`);
    expect(await page.evaluate('localStorage.length')).toBe(0);
  });

  it('runs the example from an empty home page, live: it outlasts a killed gateway, is paused, resumed and cancelled', async () => {
    const { page, platform, go, faults, seriousIssues } = dashboard;
    await go('/');
    await page.getByRole('button', { name: 'Try the example' }).waitFor();
    expect(await seriousIssues()).toEqual([]);
    await page.getByRole('button', { name: 'Try the example' }).click();
    await page.getByRole('slider', { name: /^Gradient norm by step/ }).waitFor();
    const before = platform.gatewayPid();
    process.kill(before, 'SIGKILL');
    await expect.poll(platform.gatewayPid).not.toBe(before);
    await page.getByText('onnecting again').waitFor({ state: 'detached' });
    // The browser writes down what it could not reach.
    expect(faults.splice(0).filter((fault) => !fault.includes('ERR_'))).toEqual([]);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await page.getByText('paused', { exact: true }).waitFor();
    // What happened before is told once, and nothing is missing. Oldest first: newer events may fill a page.
    const events = page.getByRole('table', { name: /^Events/ });
    await events.getByRole('button', { name: 'When' }).click();
    await expect.poll(() => events.getByText(/^Created fine-tuning job/).count()).toBe(1);
    await expect.poll(() => events.getByText(/^Training started/).count()).toBe(1);
    expect(await seriousIssues()).toEqual([]);
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Cancel the job' }).click();
    await page.getByText('cancelled', { exact: true }).waitFor();
    await go('/jobs');
    await page.getByRole('link', { name: 'Example: support routing' }).click();
    await page.getByRole('button', { name: 'Erase' }).click();
    await page.getByRole('button', { name: 'Erase the job' }).click();
    await page.getByText('No job has run yet.').waitFor();
    expect(await seriousIssues()).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('goes from a dropped file to a verdict', async () => {
    const { page, platform, go, faults, seriousIssues } = dashboard;
    const rows = (await supportLines(24)).join('\n');
    await go('/data');
    await page.getByLabel('File of rows').setInputFiles({
      name: 'mine.jsonl',
      mimeType: 'application/jsonl',
      buffer: Buffer.from(`${rows}\n{"messages": []}`),
    });
    await page.getByRole('heading', { name: 'mine.jsonl' }).waitFor();
    await page.getByText('24 of 25').waitFor();
    await page.getByRole('cell', { name: /^Error/ }).waitFor();
    await page.getByText('A job with this file would fail').waitFor();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: /Download the repaired file/ }).click();
    const repaired = await readFile(await (await saved).path());
    expect(repaired.toString().trim().split('\n')).toHaveLength(24);
    expect(await seriousIssues()).toEqual([]);

    await go('/data');
    await page.getByLabel('File of rows').setInputFiles({
      name: 'repaired.jsonl',
      mimeType: 'application/jsonl',
      buffer: repaired,
    });
    await page.getByRole('slider', { name: /^Cut at/ }).fill('0');
    await page.getByText(/of those that are learnt/).waitFor();
    expect(await page.locator('.tokens b').count()).toBeGreaterThan(0);
    expect(await seriousIssues()).toEqual([]);
    const inspections = () => platform.client.get<{ data: unknown[] }>('/lathe/inspections');
    const { data: before } = await inspections();
    await page.reload();
    await page.getByText('24 of 24').waitFor();
    await page.getByText('The seed 1 chose the rows that are held out').waitFor();
    expect((await inspections()).data).toEqual(before);
    await page.getByRole('link', { name: 'Tune a model on it' }).click();
    await page.getByRole('combobox', { name: /^Model/ }).selectOption('lathe-tiny');
    await page.getByLabel('Name in the lists').fill('Mine');
    await judgeLittle(page);
    await page.getByLabel('Times each row is seen').fill('1');
    await page.getByText('tokens to train on').waitFor();
    await page.getByText('is the seed of what is shown here').waitFor();
    await page.getByText(/of disk in the store at most: rows of .*, 1 model of /).waitFor();
    await page.getByText('"n_epochs": 1').or(page.getByText('n_epochs: 1')).first().waitFor();
    expect(await seriousIssues()).toEqual([]);
    await page.getByRole('button', { name: 'Start the job' }).click();
    await page.getByRole('heading', { name: 'Mine' }).waitFor();
    await page.getByText('done', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Verdict' }).click();
    await page.getByRole('table', { name: 'All contestants' }).waitFor();
    await page.getByRole('link', { name: 'Try it beside its base' }).waitFor();
    expect(await seriousIssues()).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('goes on from the verdict to a chat, and to a correction that the next job learns', async () => {
    const { page, platform, faults } = dashboard;
    await page.getByRole('link', { name: 'the job' }).click();
    await page.getByRole('link', { name: 'Ask it' }).click();
    await page.getByLabel('Message').fill('Where is my parcel?');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('button', { name: 'Correct' }).click();
    await page.getByLabel('What should have been answered').fill('It is on its way.');
    await page.getByRole('button', { name: 'Save the correction' }).click();
    await page.getByRole('button', { name: 'Make a training file' }).click();
    await page.getByRole('link', { name: 'Start a job with it' }).click();
    await page.getByRole('combobox', { name: /^Model/ }).selectOption('lathe-tiny');
    // All rows of the first file judge what the correction taught.
    const held = page.getByRole('combobox', { name: /^Validation file/ });
    await held.selectOption({ label: await repairedOption(page) });
    await page.getByLabel('Name in the lists').fill('Corrected');
    await judgeLittle(page);
    await page.getByText('tokens to train on').waitFor();
    await page.getByRole('button', { name: 'Start the job' }).click();
    await page.getByRole('heading', { name: 'Corrected' }).waitFor();
    await page.getByText('done', { exact: true }).waitFor();
    const job = page.url().split('/').at(-1) ?? '';
    expect(await platform.client.get(`/lathe/jobs/${job}/dataset`)).toMatchObject({
      rows: { kept: 25 },
    });
    expect(faults).toEqual([]);
  });

  it('lays runs over each other, and promotes, asks and goes on from a checkpoint', async () => {
    const { page, platform, go, faults, seriousIssues } = dashboard;
    await go('/jobs');
    await page.getByLabel('Compare Mine').check();
    await page.getByLabel('Compare Corrected').check();
    await page.getByRole('link', { name: 'Compare 2 runs' }).click();
    await page
      .getByRole('slider', { name: /^Training loss by step.*A Mine .*B Corrected/ })
      .waitFor();
    const runs = page.getByRole('table', { name: 'The runs', exact: true });
    await runs.getByRole('button', { name: 'Best held-out loss' }).click();
    await page.waitForURL(/runs-sort=Best\+held-out\+loss/);
    const settings = page.getByRole('table', { name: 'The settings of the runs' });
    await settings.getByRole('rowheader', { name: 'training_file' }).waitFor();
    expect(await settings.getByRole('rowheader', { name: 'model' }).count()).toBe(0);
    await page.getByLabel('Show the settings that are the same').check();
    await settings.getByRole('rowheader', { name: 'model', exact: true }).waitFor();
    await page.getByRole('searchbox', { name: 'Filter: The settings of the runs' }).fill('seed');
    await settings.getByRole('rowheader', { name: 'model' }).waitFor({ state: 'detached' });
    expect(await seriousIssues()).toEqual([]);
    await runs.getByRole('link', { name: 'Mine' }).click();
    await page.getByRole('button', { name: 'Promote' }).click();
    await page.getByLabel('Alias').fill('newest');
    await page.getByRole('button', { name: 'Set the alias' }).click();
    await page.getByText('newest is answered by it now.').waitFor();
    const { lathe } = await platform.client.get<ModelObject>('/models/newest');
    expect(lathe.alias_of).toMatch(/:ckpt-step-\d+$/);
    await page.getByRole('link', { name: 'Continue from here' }).click();
    await page.getByText('the optimizer starts afresh').waitFor();
    await page.getByText('All settings').click();
    const schedule = page.getByLabel('schedule', { exact: true });
    expect(await schedule.locator('option').first().textContent()).toBe('as usual: linear');
    const model = page.getByRole('combobox', { name: /^Model/ });
    expect(await model.inputValue()).toBe(lathe.alias_of);
    await page.getByText('tokens to train on').waitFor();
    expect(await seriousIssues()).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('shows the answers of the step of rewards that is clicked, and tells the call that each number comes from', async () => {
    const { page, platform, go, faults, seriousIssues } = dashboard;
    const { data } = await platform.client.fineTuning.jobs.list();
    const job = data.find(({ metadata }) => metadata?.name === 'Mine')?.id ?? expect.fail();
    const steps = Array.from({ length: 9 }, (_, at) => at + 1);
    const told = steps.flatMap((step) => [
      { type: 'metrics', data: { step, total_steps: 9, train_loss: 0.1, reward: step / 10 } },
      {
        type: 'message',
        data: {
          ...{ step, held_out: false },
          answers: [
            {
              ...{ prompt: 'One and one?', text: `answer of step ${step}`, truncated: false },
              ...{ reward: 1, parts: { right: 0.75, short: 0.25 } },
            },
            {
              ...{ prompt: 'One and one?', text: 'three', truncated: true },
              ...{ reward: 0.5, parts: { right: 0, short: 0.5 } },
            },
          ],
        },
      },
    ]);
    const rows = Array.from({ length: 12 }, (_, at) => at + 1);
    const sampled = [3, 6].map((step) => ({
      type: 'message',
      data: {
        ...{ step, held_out: true },
        answers: rows.map((row) => ({
          ...{ row, asked: `Question ${row}`, answer: `said at ${step}, ${12 - row} times` },
        })),
      },
    }));
    const slow = { seen_rows: 9, rows: [{ line: 2, first_loss: 1, last_loss: 1 }] };
    const all = [...told, ...sampled, { type: 'message', data: { step: 9, ...slow } }];
    const events = all.map((event, at) => ({
      ...{ id: `ftevent-${at}`, object: 'fine_tuning.job.event', created_at: 1, level: 'info' },
      ...{ message: 'told', ...event },
    }));
    const body = [...events.map((event) => JSON.stringify(event)), '[DONE]']
      .map((text) => `data: ${text}\n\n`)
      .join('');
    const stream = /\/events\?stream=true/;
    await page.route(stream, (route) => route.fulfill({ contentType: 'text/event-stream', body }));
    await go(`/jobs/${job}`);
    await page.getByRole('heading', { name: 'Answers of step 9' }).waitFor();
    const second = (await supportLines(24))[1] ?? '';
    await page
      .getByRole('row', { name: new RegExp(`^2 .*${second.slice(40, 60)}`, 's') })
      .waitFor();
    const plot = page.getByRole('slider', { name: /^Mean reward by step/ });
    // The middle of the axis is step 5.
    await plot.locator('.u-over').click();
    await page.getByRole('heading', { name: 'Answers of step 5' }).waitFor();
    expect(page.url()).toContain('step=5');
    await page.getByRole('row', { name: /answer of step 5.*1.*\+0.25/s }).waitFor();
    await page
      .getByRole('row', { name: /three.*cut at its longest length.*0\.5.*0.*0\.5.*-0.25/s })
      .waitFor();
    await page.getByRole('button', { name: 'by right' }).click();
    const rewarded = page.getByRole('table', { name: 'Answers with their rewards' });
    await expect
      .poll(() => rewarded.locator('tbody tr').first().textContent())
      .toMatch(/^One.*three/s);
    await page.getByRole('button', { name: '← Earlier' }).click();
    await page.getByRole('heading', { name: 'Answers of step 4' }).waitFor();

    // The keyboard reads values off and zooms, too.
    const reading = () => plot.getAttribute('aria-valuetext');
    await plot.press('Home');
    expect(await reading()).toBe('Step 1: Mean reward 0.1');
    await plot.press('ArrowRight');
    expect(await reading()).toBe('Step 2: Mean reward 0.2');
    const showAll = page.getByRole('button', { name: 'Show all' });
    expect(await showAll.count()).toBe(0);
    await plot.press('+');
    await showAll.waitFor();
    await plot.press('End');
    expect(await reading()).toBe('Step 9: Mean reward 0.9');
    expect(await seriousIssues()).toEqual([]);
    await plot.press('Enter');
    await page.getByRole('heading', { name: 'Answers of step 9' }).waitFor();
    await plot.press('Escape');
    await showAll.waitFor({ state: 'detached' });

    // Answers on the way are a table as any other.
    const samples = page.getByRole('table', { name: 'Answers by step' });
    expect(await samples.locator('tbody tr').count()).toBe(8);
    await samples.getByRole('button', { name: 'Step 6' }).click();
    await page.waitForURL(/samples-sort=Step\+6/);
    await expect
      .poll(() => samples.locator('tbody tr').first().textContent())
      .toMatch(/^Question 12.*said at 6, 0 times/s);
    await page.getByRole('searchbox', { name: 'Filter: Answers by step' }).fill('Question 7');
    await expect.poll(() => samples.locator('tbody tr').count()).toBe(1);
    await page.unroute(stream);
    await page.getByText(/^Where these numbers come from: \d+ calls of the API/).click();
    const call = page.getByRole('listitem').filter({ hasText: `GET /v1/fine_tuning/jobs/${job}` });
    const curl = `curl '${platform.url}/v1/fine_tuning/jobs/${job}' -H "Authorization: Bearer`;
    await call.getByText(curl).waitFor();
    expect(await seriousIssues()).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('makes a key, tells its own what became of it once it is revoked, and asks for another', async () => {
    const { page, platform, go, faults, seriousIssues } = dashboard;
    await go('/usage');
    await page.getByRole('table', { name: 'Usage by day' }).waitFor();
    await page.getByRole('table', { name: 'Answers by model' }).waitFor();
    expect(await seriousIssues()).toEqual([]);
    await page.getByRole('link', { name: 'Keys' }).click();
    await page.getByLabel('Who or what has it').fill('visitor');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const made = (await page.getByRole('status').getByText(/^sk-/).textContent()) ?? '';
    await page.getByRole('button', { name: 'Revoke visitor' }).waitFor();
    await platform.client.post('/lathe/keys', { body: { name: 'guest', project: 'research' } });
    await page.getByLabel('Keys of all projects').check();
    await page.getByRole('cell', { name: 'research' }).waitFor();
    await page.getByRole('button', { name: 'Revoke guest' }).click();
    await page.getByRole('button', { name: 'Revoke the key' }).click();
    await page.getByRole('cell', { name: 'research' }).waitFor({ state: 'detached' });
    expect(await seriousIssues()).toEqual([]);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, made);
    await page.getByText('Keys are made and revoked by an admin').waitFor();
    const { data } = await platform.client.get<{ data: KeyObject[] }>('/lathe/keys');
    const visitor = data.find(({ name }) => name === 'visitor');
    await platform.client.delete(`/lathe/keys/${visitor?.id}`);
    expect(faults).toEqual([]);
    await page.getByRole('link', { name: 'Jobs' }).click();
    await page.getByText('The API key is not valid').waitFor();
    expect(await seriousIssues()).toEqual([]);
    expect(faults.splice(0).filter((fault) => !fault.includes('401'))).toEqual([]);
    await signIn(page, platform.apiKey);
    await page.getByRole('link', { name: 'Mine' }).waitFor();
    expect(faults).toEqual([]);
  });
});

/** Has a job that is being written ask few rows and no baselines in its evaluation, which saves most of its time. */
async function judgeLittle(page: Page): Promise<void> {
  await page.getByText('All settings').click();
  await page.getByLabel('evaluation_rows').fill('4');
  await page.getByLabel('few_shot_examples').fill('0');
  await page.getByLabel('forgetting_questions').fill('0');
}

async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** The label of the repaired file among the files of a form. */
async function repairedOption(page: Page): Promise<string> {
  const options = await page.getByRole('option', { name: /^repaired/ }).allTextContents();
  return options[0] ?? '';
}
