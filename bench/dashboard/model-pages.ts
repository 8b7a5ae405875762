import type { Page } from 'playwright-core';

export type Pictures = {
  readonly page: Page;
  readonly go: (to: string) => Promise<unknown>;
  /** Takes the page as it is, under this name. */
  readonly take: (name: string) => Promise<void>;
};

const system =
  'Which queue of our web shop should answer this message? Reply with the name of the queue.';
const tests: readonly (readonly [text: string, queue: string])[] = [
  ['I was charged twice this month.', 'billing'],
  ['Has my parcel been sent yet?', 'delivery'],
  ['I cannot sign in any more.', 'account'],
  ['The lamp flickers since the update.', 'technical'],
  ['How do I send the shoes back?', 'returns'],
];

/** An eval as promptfoo writes it, with one assertion that is impossible here. */
const evalText = JSON.stringify({
  prompts: [
    JSON.stringify([
      { role: 'system', content: system },
      { role: 'user', content: '{{text}}' },
    ]),
  ],
  providers: ['openai:gpt-4o-mini'],
  tests: tests.map(([text, queue], i) => ({
    vars: { text },
    assert: [
      { type: 'equals', value: queue },
      { type: 'regex', value: '^[a-z]+$' },
      ...(i === 0 ? [{ type: 'similar', value: queue }] : []),
    ],
  })),
});

/** Pictures of the pages that list, ask and judge models, where one tuned model is there. */
export async function takeModelPages({ page, go, take }: Pictures): Promise<void> {
  await go('/models');
  const tuned = page.getByRole('link', { name: /^ft:/ }).first();
  const name = (await tuned.textContent()) ?? '';
  await take('models');
  await tuned.click();
  await page.getByLabel('Export as').selectOption('gguf');
  await page.getByRole('button', { name: 'Make the export' }).click();
  await page.getByLabel('Alias').fill('gpt-4o-mini');
  await page.getByRole('button', { name: 'Set the alias' }).click();
  await page.getByText('Export, succeeded').waitFor({ timeout: 600_000 });
  await page.getByRole('button', { name: 'Take away' }).waitFor();
  await page.getByText('adapter_config.json').waitFor();
  await take('model');

  await go(`/playground?models=${encodeURIComponent(`${name}\nlathe-tiny`)}`);
  await page.getByText('Settings').first().click();
  await page.getByLabel('System prompt').fill(system);
  await page.getByText('Settings').first().click();
  await page.getByLabel('Show how sure each token was').check();
  await page.getByLabel('Message').fill('I was charged twice this month.');
  await page.getByRole('button', { name: 'Send' }).click();
  await page
    .getByText(/first after [\d,]+ ms/)
    .nth(1)
    .waitFor({ timeout: 60_000 });
  await page
    .getByRole('group', { name: /^Tokens/ })
    .first()
    .press('ArrowRight');
  await take('playground');

  await go('/evals/import');
  await page.getByLabel('Its text').fill(evalText);
  await page.getByLabel('Model that is asked, and judges').selectOption(name);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('button', { name: 'Begin its run' }).waitFor();
  await take('eval-import');
  await page.getByRole('button', { name: 'Begin its run' }).click();
  await page.getByText('completed').waitFor({ timeout: 120_000 });
  await take('eval');
  await page
    .getByRole('link', { name: /promptfoo$/ })
    .first()
    .click();
  // The tuned model may pass every row, and none is left among those that failed.
  await page.getByRole('combobox', { name: /^Rows/ }).selectOption('all');
  await page.getByRole('table').first().waitFor();
  await take('eval-run');
  await go('/evals');
  await page.getByRole('table').waitFor();
  await take('evals');
  await go('/evals/grader');
  await page.getByRole('button', { name: 'Grade the answer' }).click();
  await page.getByText('reward').waitFor();
  await take('grader');
  await go('/pool');
  await page.getByText('Last seen').waitFor();
  await take('pool');
}
