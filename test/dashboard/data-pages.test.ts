/** The pages of data in a real browser on the real platform: how rows are read, made of other files, mixed and split. */
import { dataSchema } from '@lathe/contracts/http/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { supportLines } from '../flow/platform.fixture.ts';
import {
  type OpenDashboard,
  openDashboard,
  stopAtFailure,
  withoutChromium,
} from './browser.fixture.ts';

describe.runIf(withoutChromium === '')(`pages of data${withoutChromium}`, () => {
  let dashboard: OpenDashboard;
  beforeAll(async () => {
    dashboard = await openDashboard('/data');
  });
  afterAll(() => dashboard?.[Symbol.asyncDispose]());
  stopAtFailure(() => dashboard);

  it('asks which column is what where it is not sure, and takes what is said', async () => {
    const { page, go, faults, seriousIssues } = dashboard;
    const rows = Array.from({ length: 12 }, (_, at) => `what ${at} is,it is ${at},${at % 3}`);
    await go('/data');
    await page.getByLabel('File of rows').setInputFiles({
      ...{ name: 'fragen.csv', mimeType: 'text/csv' },
      buffer: Buffer.from(`frage,antwort,stufe\n${rows.join('\n')}\n`),
    });
    await page.getByText('It is not sure what the columns are.').waitFor();
    await page.getByLabel(/^Format/).selectOption('question-answer');
    await page.getByLabel(/^question/).selectOption('frage');
    expect(await seriousIssues()).toEqual([]);
    await page.getByLabel(/^answer/).selectOption('antwort');
    await page.getByText('12 of 12').waitFor();
    await page.getByText('Not trained on: stufe.').waitFor();
    // One that the format may have is chosen as well as those that it must have.
    await page.getByLabel(/^context/).selectOption('stufe');
    await page.getByText('Not trained on: stufe.').waitFor({ state: 'detached' });
    // Every option of the contract is there, by its name or in the form of the format.
    await page.getByText('How else its rows are read').click();
    const options = page.locator('.option');
    await options.first().waitFor();
    const inForm = ['format', 'columns', 'choice_answers'];
    expect([...(await options.locator('label').allTextContents()), ...inForm].toSorted()).toEqual(
      Object.keys(dataSchema.shape).toSorted(),
    );
    await options.getByLabel('wrong_rows_share').fill('0.25');
    await page.getByRole('button', { name: 'Read the rows so' }).click();
    await page.waitForURL(/wrong_rows_share/);
    await page.getByText('12 of 12').waitFor();
    const job = await page.getByRole('link', { name: 'Tune a model on it' }).getAttribute('href');
    expect(new URLSearchParams(job?.split('?')[1]).get('data')).toContain('"stufe"');
    expect(await seriousIssues()).toEqual([]);
    await page.getByRole('button', { name: 'Take it as it looks' }).click();
    await page.getByText('It is not sure what the columns are.').waitFor();
    expect(await options.getByLabel('wrong_rows_share').inputValue()).toBe('0.25');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Delete the file' }).click();
    await page.getByRole('heading', { name: 'Data', exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'fragen.csv' }).count()).toBe(0);
    expect(faults).toEqual([]);
  });

  it('takes what the answers of questions with choices are', async () => {
    const { page, go, faults, seriousIssues } = dashboard;
    const rows = Array.from({ length: 24 }, (_, at) =>
      JSON.stringify({
        question: `Which is number ${at}?`,
        choices: [`one of ${at}`, `two of ${at}`, `three of ${at}`],
        answer: 1 + (at % 2),
      }),
    );
    await go('/data');
    await page.getByLabel('File of rows').setInputFiles({
      ...{ name: 'quiz.jsonl', mimeType: 'application/jsonl' },
      buffer: Buffer.from(rows.join('\n')),
    });
    const answers = page.getByLabel(/^an answer is/);
    const format = page.getByLabel(/^Format/);
    await format.waitFor();
    if ((await format.inputValue()) !== 'multiple-choice')
      await format.selectOption('multiple-choice');
    await answers.selectOption('from_1');
    await page
      .getByText('An answer is the number of the right choice, the first of which is 1')
      .waitFor();
    await page.waitForURL(/choice_answers.*from_1/);
    await page.getByText('24 of 24').waitFor();
    await answers.selectOption('from_0');
    await page
      .getByText('An answer is the number of the right choice, the first of which is 0')
      .waitFor();
    expect(await seriousIssues()).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('makes pairs of an FAQ page and shows where each comes from', async () => {
    const { page, go, faults, seriousIssues } = dashboard;
    await go('/data/convert');
    await page.getByRole('combobox', { name: 'What it is' }).selectOption('slack');
    expect(page.url()).toContain('source=slack');
    await page.getByRole('combobox', { name: 'What it is' }).selectOption('faq');
    await page.getByLabel('File of FAQ pages').setInputFiles({
      name: 'help.md',
      mimeType: 'text/markdown',
      buffer: Buffer.from('## Is it free?\n\nYes, for everybody.\n\n## Contact\n\nWrite.'),
    });
    await page.getByText('help.md').waitFor();
    expect(await seriousIssues()).toEqual([]);
    await page.getByRole('button', { name: 'Make the pairs' }).click();
    const pair = page.getByRole('row', { name: /Is it free\?.*Yes, for everybody/s });
    await pair.getByText('help.md').waitFor();
    await page.getByRole('cell', { name: 'text under no question' }).waitFor();
    const lineage = page.getByRole('list', { name: 'Lineage' });
    await lineage.getByRole('link', { name: 'help.md' }).waitFor();
    expect(await seriousIssues()).toEqual([]);
    await go('/data');
    await page.getByRole('link', { name: 'pairs of FAQ pages' }).waitFor();
    expect(await seriousIssues()).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('mixes files by weight, and splits what came of it', async () => {
    const { page, platform, go, faults, seriousIssues } = dashboard;
    const [first = [], second = []] = [await supportLines(4), (await supportLines(10)).slice(4)];
    const upload = (lines: readonly string[], name: string) =>
      platform.client.files.create({
        ...{ purpose: 'fine-tune', file: new File([lines.join('\n')], name) },
      });
    await upload(first, 'four.jsonl');
    await upload(second, 'six.jsonl');
    await go('/data');
    await page.getByRole('link', { name: 'Mix files' }).click();
    for (const name of ['four.jsonl', 'six.jsonl']) {
      const option = page.getByRole('option', { name: new RegExp(`^${name}`) });
      const add = page.getByRole('combobox', { name: 'Add a file' });
      await add.selectOption({ label: (await option.textContent()) ?? '' });
      await page.getByRole('button', { name: `Leave ${name} out` }).waitFor();
    }
    await page.getByLabel('Weight of four.jsonl').fill('2');
    expect(await seriousIssues()).toEqual([]);
    await page.getByRole('button', { name: 'Make the mix' }).click();
    await page.getByRole('heading', { name: /^A mix of 2 files/ }).waitFor();
    await page.getByText('14rows').waitFor();
    await page.getByRole('link', { name: 'Look at the file' }).click();
    await page.getByRole('link', { name: 'Split it' }).click();
    await page.getByLabel('Percent that are set apart').fill('50');
    await page.getByLabel('What stays together').selectOption('row');
    expect(await seriousIssues()).toEqual([]);
    await page.getByRole('button', { name: 'Split the file' }).click();
    await page.getByRole('heading', { name: /^A split: 50 % set apart/ }).waitFor();
    await page.getByRole('link', { name: 'The other side' }).waitFor();
    expect(faults).toEqual([]);
  });
});
