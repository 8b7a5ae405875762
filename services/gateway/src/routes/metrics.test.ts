import type { HttpBindings } from '@hono/node-server';
import { LatheError } from '@lathe/contracts/error';
import { createMetrics } from '@lathe/platform/metrics';
import { expect, it } from 'vitest';
import { metricsRoutes } from './metrics.ts';

const key = 'sk-of-the-metrics-only';

/** The status of a scrape from an address. */
async function scrape(
  configured: string | null,
  from: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const app = metricsRoutes(createMetrics('gateway'), configured);
  app.onError((error, c) => c.text(error.message, error instanceof LatheError ? 401 : 500));
  const bindings = { incoming: { socket: { remoteAddress: from } } } as unknown as HttpBindings;
  return (await app.request('/metrics', { headers }, bindings)).status;
}

it.each([
  [null, '127.0.0.1', {}, 200],
  [null, '::1', {}, 200],
  [null, '::ffff:127.0.0.1', {}, 200],
  [null, '10.0.0.7', {}, 401],
  [null, '127.0.0.1', { 'x-forwarded-for': '10.0.0.7' }, 401],
  [null, '127.0.0.1', { forwarded: 'for=10.0.0.7' }, 401],
  [null, '10.0.0.7', { authorization: 'Bearer sk-of-a-project' }, 401],
  [key, '127.0.0.1', {}, 401],
  [key, '10.0.0.7', { authorization: 'Bearer sk-of-a-project' }, 401],
  [key, '10.0.0.7', { authorization: `Bearer ${key}` }, 200],
])('with the key %j a scrape from %s with %j is %i', async (configured, from, headers, status) => {
  expect(await scrape(configured, from, headers as Record<string, string>)).toBe(status);
});
