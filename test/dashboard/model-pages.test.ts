/** The pages that ask models, list and judge them, in a real browser on the real platform. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenDashboard, openDashboard, withoutChromium } from './browser.fixture.ts';
import { modelsFolder } from './models.fixture.ts';

describe.runIf(withoutChromium === '')(`pages of models${withoutChromium}`, () => {
  let models: Awaited<ReturnType<typeof modelsFolder>>;
  let dashboard: OpenDashboard;
  beforeAll(async () => {
    models = await modelsFolder();
    dashboard = await openDashboard({ models: models.path });
    const { code } = await dashboard.platform.client.post<{ code: string }>('/lathe/sign_in_codes');
    await dashboard.go(`/playground#code=${code}`);
  });
  afterAll(async () => {
    await dashboard?.[Symbol.asyncDispose]();
    await models?.[Symbol.asyncDispose]();
  });

  it('streams an answer with the probabilities of its tokens, and makes a training file of its correction', async () => {
    const { page, platform, faults, seriousIssues } = dashboard;
    await page.getByText('Nothing is saved in “playground” yet.').waitFor();
    await page.getByLabel('Show how sure each token was').check();
    await page.getByLabel('Message').fill('Where is my parcel?');
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
});
