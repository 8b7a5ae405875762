/** The dashboard in a real browser on the real platform. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenDashboard, openDashboard, withoutChromium } from './browser.fixture.ts';

describe.runIf(withoutChromium === '')(`the dashboard${withoutChromium}`, () => {
  let dashboard: OpenDashboard;
  beforeAll(async () => {
    dashboard = await openDashboard();
  });
  afterAll(() => dashboard?.[Symbol.asyncDispose]());

  it('asks for a key, says what is wrong with one, and takes a link that signs in', async () => {
    const { page, platform, go, faults, seriousIssues } = dashboard;
    await go('/jobs');
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

  it('runs the example from an empty home page, live: it is paused, resumed and cancelled', async () => {
    const { page, go, faults, seriousIssues } = dashboard;
    await go('/');
    await page.getByRole('button', { name: 'Try the example' }).waitFor();
    expect(await seriousIssues()).toEqual([]);
    await page.getByRole('button', { name: 'Try the example' }).click();
    await page.getByRole('img', { name: /^Gradient norm by step/ }).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await page.getByText('paused', { exact: true }).waitFor();
    expect(await seriousIssues()).toEqual([]);
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Cancel the job' }).click();
    await page.getByText('cancelled', { exact: true }).waitFor();
    await go('/jobs');
    await page.getByRole('link', { name: 'Example: support routing' }).waitFor();
    expect(await seriousIssues()).toEqual([]);
    expect(faults).toEqual([]);
  });
});
