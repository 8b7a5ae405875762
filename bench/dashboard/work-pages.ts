import { readFile } from 'node:fs/promises';
import type { Pictures } from './model-pages.ts';

const help = `# Help of the shop

## How do I send something back?
Print the label from your account and take the parcel to any post office. You have thirty days.

## When do I get my money back?
Three to five days after the parcel has reached our warehouse, by the way in which you paid.

## Can I change the address of an order?
Yes, until it is packed: open the order in your account and choose "Change the address".

## Contact
Write to us.

## Do you deliver to islands?
We deliver to every island that the post serves; it takes two days longer.
`;

type Message = { readonly role: string; readonly content: string };

/** The example's messages without their answers, which stand beside them for the grader. */
async function prompts(): Promise<string> {
  const lines = (await readFile('examples/support-routing.jsonl', 'utf8')).trim().split('\n');
  const rows = lines.map((line) => {
    const { messages } = JSON.parse(line) as { readonly messages: readonly Message[] };
    const answer = messages.at(-1)?.content;
    return JSON.stringify({ messages: messages.slice(0, -1), answer });
  });
  return rows.join('\n');
}

/** Pictures of the pages that compare runs, make data and manage a project, where two jobs have ended. */
export async function takeWorkPages({ page, go, take }: Pictures): Promise<void> {
  await go('/jobs');
  const ticks = page.getByLabel(/^Compare /);
  await ticks.first().waitFor();
  for (const tick of await ticks.all()) await tick.check();
  await page.getByRole('link', { name: /^Compare \d runs/ }).click();
  await page.getByRole('slider', { name: /^Training loss by step/ }).waitFor();
  await page.getByRole('rowheader', { name: 'seed' }).waitFor();
  await take('compare');

  await go('/data/convert');
  const buffer = Buffer.from(help);
  const file = { name: 'help.md', mimeType: 'text/markdown', buffer };
  await page.getByLabel('File of FAQ pages').setInputFiles(file);
  await page.getByText('help.md').waitFor();
  await take('convert');
  await page.getByRole('button', { name: 'Make the pairs' }).click();
  await page
    .getByRole('cell', { name: /section Help of the shop/ })
    .first()
    .waitFor();
  await page.getByRole('list', { name: 'Lineage' }).waitFor();
  await take('dataset');
  await go('/data/mix');
  for (const count of [1, 2]) {
    await page.getByRole('combobox', { name: 'Add a file' }).selectOption({ index: 1 });
    await page
      .getByLabel(/^Weight of /)
      .nth(count - 1)
      .waitFor();
  }
  await take('mix');
  await go('/data/split');
  await page.getByRole('combobox', { name: 'File' }).selectOption({ index: 1 });
  await take('split');

  await go('/evals/new');
  await page.getByText('2 rows').waitFor();
  await take('eval-new');
  await go('/data');
  const asked = {
    ...{ name: 'prompts.jsonl', mimeType: 'application/jsonl' },
    buffer: Buffer.from(await prompts()),
  };
  await page.getByLabel('File of rows').setInputFiles(asked);
  await page.getByRole('link', { name: 'Begin a job that learns from rewards' }).click();
  await page.getByRole('combobox', { name: /^Model/ }).selectOption('lathe-tiny');
  await page.getByLabel('Answer, as sample.output_text').fill('billing');
  await page.getByRole('button', { name: 'Grade the answer' }).click();
  await page.getByText('reward', { exact: false }).last().waitFor();
  await page.getByText('tokens to train on').waitFor();
  await take('new-job-rewards');

  await go('/usage');
  await page.getByRole('table', { name: 'Answers by model' }).waitFor();
  await take('usage');
  await go('/keys');
  await page.getByLabel('Who or what has it').fill('nightly job');
  await page.getByRole('button', { name: 'Make the key' }).click();
  await page.getByRole('button', { name: 'Revoke nightly job' }).waitFor();
  await take('keys');
}
