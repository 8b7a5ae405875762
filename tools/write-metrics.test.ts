import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { withMetrics } from './write-metrics.ts';

it('docs/observability.md tells of every metric', async () => {
  const document = await readFile(new URL('../docs/observability.md', import.meta.url), 'utf8');
  expect(document).toBe(withMetrics(document));
  expect(document).toContain('| `lathe_training_tokens_total` | counter |');
});
