/** The pages that ask models, list and judge them, in a real browser on the real platform. */
import { recordKey } from '@lathe/contracts/subject';
import { readConfig } from '@lathe/platform/config';
import { jobRecord } from '@lathe/testkit/job-record';
import { publishManyEvents, writeManyJobs } from '@lathe/testkit/many-records';
import { openStores } from '@lathe/testkit/stores';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { supportLines } from '../flow/platform.fixture.ts';
import {
  type OpenDashboard,
  openDashboard,
  stopAtFailure,
  withoutChromium,
} from './browser.fixture.ts';
import { modelsFolder } from './models.fixture.ts';

const promptfoo = `
prompts: ['Reply with the queue: {{text}}']
providers: [openai:gpt-4.1]
tests:
  - vars: { text: I was charged twice. }
    assert: [{ type: equals, value: no model says this }, { type: similar, value: billing }]
`;

/** How long the long lists are. */
const many = { jobs: 10_000, events: 100_000 };

describe.runIf(withoutChromium === '')(`pages of models${withoutChromium}`, () => {
  let models: Awaited<ReturnType<typeof modelsFolder>>;
  let dashboard: OpenDashboard;
  beforeAll(async () => {
    models = await modelsFolder();
    dashboard = await openDashboard('/playground', { models: models.path });
  });
  afterAll(async () => {
    await dashboard?.[Symbol.asyncDispose]();
    await models?.[Symbol.asyncDispose]();
  });
  stopAtFailure(() => dashboard);

  it('streams an answer with the probabilities of its tokens, and makes a training file of its correction', async () => {
    const { page, platform, faults, seriousIssues } = dashboard;
    await page.getByText('Nothing is saved in “playground” yet.').waitFor();
    await page.getByLabel('Show how sure each token was').check();
    // Browsers refuse to have an address changed at every key.
    await page.evaluate(`
      globalThis.written = 0;
      const write = history.replaceState;
      history.replaceState = function (...all) { written++; write.apply(this, all); };`);
    await page.getByLabel('Message').pressSequentially('Where is my parcel?');
    expect(await page.evaluate('written')).toBeLessThan(10);
    await page.waitForURL(/prompt=Where\+is\+my\+parcel/);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText(/first after [\d,]+ ms/).waitFor();
    await page.getByRole('group', { name: /^Tokens/ }).press('ArrowRight');
    await page
      .getByLabel(/^Probability of/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Correct' }).click();
    await page.getByLabel('What should have been answered').fill('It is on its way.');
    await page.getByRole('button', { name: 'Save the correction' }).click();
    await page.getByText('Better: It is on its way.').waitFor();
    await page.getByRole('button', { name: 'Take out' }).click();
    await page.getByText('Nothing is saved in “playground” yet.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Better: It is on its way.').waitFor();
    expect(await seriousIssues()).toEqual([]);
    await page.getByRole('button', { name: 'Make a training file' }).click();
    const id = await page.getByText(/^file-/).textContent();
    const row: unknown = await (await platform.client.files.content(id ?? '')).json();
    expect(row).toEqual({
      messages: [
        { role: 'user', content: 'Where is my parcel?' },
        { role: 'assistant', content: 'It is on its way.' },
      ],
    });
    expect(faults).toEqual([]);
  });

  it('offers an answer that calls a tool as a row, as any other', async () => {
    const { page, faults } = dashboard;
    const call = { index: 0, id: 'call_1', function: { name: 'find_parcel', arguments: '{}' } };
    const choice = { delta: { tool_calls: [call] }, logprobs: null, finish_reason: 'tool_calls' };
    const chunk = JSON.stringify({ id: 'chatcmpl-1', choices: [choice] });
    const body = `data: ${chunk}\n\ndata: [DONE]\n\n`;
    const chats = '**/v1/chat/completions';
    await page.route(chats, (route) => route.fulfill({ contentType: 'text/event-stream', body }));
    await page.getByRole('button', { name: 'Begin anew' }).click();
    await page.getByLabel('Message').fill('Where is parcel 12?');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('find_parcel({})').waitFor();
    await page.getByRole('button', { name: 'Save as a row' }).waitFor();
    await page.getByLabel('What the tool returned').waitFor();
    await page.unroute(chats);
    expect(faults).toEqual([]);
  });

  it('shows what a classifier, a tagger and a model that answers from texts say', async () => {
    const { page, go, faults, seriousIssues } = dashboard;
    await go('/playground?models=bert-intents&text=Where+is+my+new+card%3F');
    await page.getByLabel('Score of card').waitFor();
    expect(await seriousIssues()).toEqual([]);
    await go('/playground?models=bert-tags&text=Angela+Merkel+met+Barack+Obama.');
    await page.locator('mark').first().waitFor();
    expect(await seriousIssues()).toEqual([]);
    await go('/playground?models=roberta-answers');
    await page.getByLabel('Question').fill('Where was Barack Obama born?');
    await page.getByLabel('Text that holds the answer').fill('Barack Obama was born in Hawaii.');
    await page.getByRole('button', { name: 'Ask' }).click();
    await page.locator('mark').first().waitFor();
    expect(await seriousIssues()).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('hears what is typed the moment a form is there', async () => {
    const { page, go, faults } = dashboard;
    await page.addInitScript(`new MutationObserver(() => {
      const text = document.querySelector('form.ask textarea');
      if (globalThis.typed || text === null || !location.search.includes('hurried')) return;
      globalThis.typed = true;
      text.value = 'Where is my new card?';
      text.dispatchEvent(new Event('input', { bubbles: true }));
    }).observe(document, { childList: true, subtree: true });`);
    await go('/playground?models=bert-intents&hurried=yes');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByLabel('Score of card').waitFor();
    expect(faults).toEqual([]);
  });

  it('lists models, shows where a tuned one comes from, gives it an alias and deletes it', async () => {
    const { page, platform, go, faults, seriousIssues } = dashboard;
    const { fineTuning } = platform.client;
    const job = await fineTuning.jobs.create({
      ...{ model: 'lathe-tiny', training_file: await platform.upload(await supportLines(24)) },
      method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 1 } } },
      ...{ lathe: { evaluation_rows: 8, few_shot_examples: 0, held_out_share: 0.3 } },
    });
    await go('/pool');
    await page.getByText('Last seen').waitFor();
    await page.getByText(/^cpu: .+ GB$/).waitFor();
    const projects = page.getByRole('table', { name: 'Jobs by project' });
    // Of one job, wherever it is: it reads its file, waits or is on the worker.
    await projects.getByRole('cell', { name: 'default', exact: true }).waitFor();
    expect(await seriousIssues()).toEqual([]);
    await expect
      .poll(() => fineTuning.jobs.retrieve(job.id), { interval: 200 })
      .toMatchObject({ status: 'succeeded' });
    const { fine_tuned_model: name } = await fineTuning.jobs.retrieve(job.id);
    await go('/models');
    await page.getByRole('link', { name: name ?? '', exact: true }).click();
    const lineage = page.getByRole('list', { name: 'Lineage' });
    await lineage.getByRole('link', { name: 'Verdict' }).waitFor();
    await page.getByText('adapter_config.json').waitFor();
    // The verdict was made with it.
    await page.getByText(/on evaluator-\S+, since/).waitFor();
    // As the model card of the base says.
    await page.getByText('apache-2.0, of lathe-tiny').waitFor();
    await page.getByText(/^Largest differences from PyTorch.* outputs 5\.00e-7, /).waitFor();
    await page.getByLabel('Export as').selectOption('gguf');
    await page.getByRole('button', { name: 'Make the export' }).click();
    await lineage.getByText('Export, succeeded').waitFor();
    // What its answers differ by is told as soon as it is there.
    await page.getByText(/^gguf \S+: \S+ \(allowed /).waitFor();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'All as .tar' }).click();
    expect((await saved).suggestedFilename()).toMatch(/\.tar$/);
    await page.getByLabel('Alias').fill('gpt-4o-mini');
    await page.getByRole('button', { name: 'Set the alias' }).click();
    await page.getByRole('button', { name: 'Take away' }).waitFor();
    expect(await platform.client.models.retrieve('gpt-4o-mini')).toMatchObject({
      lathe: { alias_of: name },
    });
    await lineage.getByRole('link', { name: 'gpt-4o-mini' }).waitFor();
    expect(await seriousIssues()).toEqual([]);
    await page.getByRole('button', { name: 'Delete the export' }).click();
    await page.getByRole('button', { name: 'Go back' }).click();
    await lineage.getByText('Export, succeeded').waitFor();
    await page.getByRole('button', { name: 'Delete the export' }).click();
    await page.getByRole('button', { name: 'Delete its files' }).click();
    await page.getByText('It was asked for in no other form yet.').waitFor();
    await lineage.getByRole('link', { name: 'rows.jsonl' }).click();
    await lineage.getByRole('link', { name: name ?? '', exact: true }).click();
    await page.getByRole('button', { name: 'Take away' }).click();
    await page.getByText('None yet.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Take away' }).click();
    await page.getByText('gpt-4o-mini is taken away.').waitFor();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Delete the model' }).click();
    await page.getByRole('heading', { name: 'Models' }).waitFor();
    await expect(platform.client.models.retrieve(name ?? '')).rejects.toMatchObject({
      status: 404,
    });
    expect(await seriousIssues()).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('imports an eval and says what became of each part, runs it, shows the failing rows, and tries a grader', async () => {
    const { page, go, faults, seriousIssues } = dashboard;
    await go('/evals');
    await page.getByText('There is no eval yet.').waitFor();
    await go('/evals/import');
    await page.getByLabel('Its text').fill(promptfoo);
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('impossible', { exact: true }).waitFor();
    expect(await seriousIssues()).toEqual([]);
    await page.getByRole('button', { name: 'Begin its run' }).click();
    await page.getByText('completed').waitFor();
    await page.getByLabel('All criteria: share that passed').waitFor();
    expect(await seriousIssues()).toEqual([]);
    await page.getByRole('link', { name: 'lathe-tiny, promptfoo' }).click();
    await page.getByText('I was charged twice.').waitFor();
    expect(await seriousIssues()).toEqual([]);
    await go('/evals/new');
    await page.getByLabel('Name', { exact: true }).fill('Routing');
    await page.getByText('2 rows').waitFor();
    await page.getByRole('checkbox', { name: 'lathe-tiny', exact: true }).check();
    expect(await seriousIssues()).toEqual([]);
    await page.getByRole('button', { name: 'Make the eval and run it' }).click();
    await page.getByRole('heading', { name: 'Routing' }).waitFor();
    await page.getByText('completed').waitFor();
    await go('/evals/grader');
    await page.getByRole('button', { name: 'Grade the answer' }).click();
    await page.getByText('reward').waitFor();
    expect(await seriousIssues()).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('writes a job that learns from rewards, its grader tried on a row of the file', async () => {
    const { page, platform, go, faults, seriousIssues } = dashboard;
    const prompts = Array.from({ length: 24 }, (_, i) =>
      JSON.stringify({
        ...{ messages: [{ role: 'user', content: `Say yes to number ${i}.` }] },
        answer: 'yes',
      }),
    );
    await go(`/data/${await platform.upload(prompts)}?model=lathe-tiny`);
    await page.getByText('the method is reinforcement').waitFor();
    await page.getByRole('link', { name: 'Begin a job that learns from rewards' }).click();
    const method = page.getByRole('combobox', { name: /^Method/ });
    await method.waitFor();
    expect(await method.inputValue()).toBe('reinforcement');
    await expect.poll(() => page.getByLabel('Row, as item').inputValue()).toContain('number 0');
    await page.getByLabel('Answer, as sample.output_text').fill('yes');
    await page.getByRole('button', { name: 'Grade the answer' }).click();
    await page.getByText('1reward').waitFor();
    await page.getByText('tokens to train on').waitFor();
    await page.getByRole('button', { name: 'Dry run' }).click();
    await page.getByText('It would be taken; nothing was created.').waitFor();
    expect(await seriousIssues()).toEqual([]);
    await page.getByLabel('Grader', { exact: true }).fill('{');
    await page.getByText('The grader cannot be read as JSON').first().waitFor();
    expect(faults).toEqual([]);
  });

  it('pages, sorts and filters long lists of jobs and events, and shows a page of them at a time', async () => {
    const { page, platform, go, faults, seriousIssues } = dashboard;
    const { folder, natsUrl } = platform;
    const stores = await openStores(readConfig({ LATHE_DATA: folder, LATHE_NATS_URL: natsUrl }));
    const waiting = jobRecord({
      ...{ createdMs: 1000, createdAt: 1, state: 'paused', desired: 'pause' },
      metadata: { name: 'Oldest of all' },
    });
    await stores.jobs.put(recordKey(waiting.project, waiting.id), waiting);
    const jobs = await writeManyJobs(stores, { project: 'default', count: many.jobs });
    const newest = jobs.at(-1);
    if (newest === undefined) throw new Error('no job was written');
    await publishManyEvents(stores.nats, newest, many.events);
    await stores.nats.close();

    await go('/');
    const waits = page.getByRole('table', { name: 'Jobs that wait' });
    await waits.getByRole('link', { name: 'Oldest of all' }).waitFor();
    const results = page.getByRole('table', { name: 'Newest results' });
    await results.getByRole('link', { name: `Run ${many.jobs - 1}`, exact: true }).waitFor();
    await go('/pool');
    await waits.getByRole('link', { name: 'Oldest of all' }).waitFor();

    await go('/jobs');
    const table = page.getByRole('table', { name: 'Jobs', exact: true });
    const row = (at: number) => table.getByRole('link', { name: `Run ${at}`, exact: true });
    await row(many.jobs - 1).waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await row(many.jobs - 1).waitFor({ state: 'detached' });
    expect(await table.locator('tbody tr').count()).toBe(25);
    expect(page.url()).toContain('jobs-page=2');
    await page.reload();
    await page.getByText(/^Page 2 of/).waitFor();
    await row(many.jobs - 26).waitFor();
    // The oldest is found once all are read.
    await page.getByRole('searchbox', { name: 'Filter: Jobs' }).fill('Run 0');
    await row(0).waitFor();
    expect(await table.locator('tbody tr').count()).toBe(1);
    await page.getByRole('searchbox', { name: 'Filter: Jobs' }).fill('');
    await table.getByRole('button', { name: 'Created' }).click();
    await row(0).waitFor();
    expect(await table.locator('tbody tr').count()).toBe(25);
    expect(await seriousIssues()).toEqual([]);

    await go(`/jobs/${newest.id}`);
    const events = page.getByRole('table', { name: /^Events/ });
    const scored = (step: number) => events.getByText(`Step ${step}/${many.events}: held-out`);
    await scored(many.events).waitFor();
    await page.getByRole('slider', { name: /^Loss by step/ }).waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await scored(many.events - 12 * 20).waitFor();
    expect(await events.locator('tbody tr').count()).toBe(12);
    expect(await page.locator('*').count()).toBeLessThan(1500);
    expect(await seriousIssues()).toEqual([]);
    expect(faults).toEqual([]);
  });
});
