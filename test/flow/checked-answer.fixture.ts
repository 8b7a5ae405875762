import { errorBodySchema } from '@lathe/contracts/http/error';
import { expect } from 'vitest';
import type { z } from 'zod';

/** Checks the answer to a request, whatever it is; returns what a good one says. */
export async function checked<T>(
  response: Response,
  schema: z.ZodType<T>,
  asked: string,
): Promise<T | undefined> {
  const text = await response.text();
  expect(text, asked).not.toContain('The engine process ended');
  const what = `${asked.slice(0, 2000)} is answered ${response.status} ${text.slice(0, 500)}`;
  if (response.status === 503 || response.status === 429)
    expect(response.headers.get('retry-after'), what).not.toBeNull();
  else expect(response.status, what).toBeLessThan(500);
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    expect(text, what).not.toContain('"server_error"');
    expect(text, what).toMatch(/data: \[DONE\]\n\n$|"error":/);
    return undefined;
  }
  // JSON has no NaN: where a number was none, null stands, which no schema takes.
  const parsed = (response.ok ? schema : errorBodySchema).safeParse(JSON.parse(text));
  expect(parsed.success, `${what}: ${parsed.error}`).toBe(true);
  return response.ok ? (parsed.data as T) : undefined;
}

/** A row of two answers, the first of them the better one. */
export function pairRow(line: string, index: number): string {
  const { messages } = JSON.parse(line) as { messages: { role: string }[] };
  const worse = [{ role: 'assistant', content: `nothing ${index}` }];
  const input = { messages: messages.slice(0, -1) };
  return JSON.stringify({
    input,
    preferred_output: messages.slice(-1),
    non_preferred_output: worse,
  });
}
