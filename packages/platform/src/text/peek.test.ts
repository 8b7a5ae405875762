import { expect, it } from 'vitest';
import { peek } from './peek.ts';

function watchedSource() {
  const seen = { isEnded: false };
  async function* source() {
    try {
      for (const part of ['ab', 'cd', 'ef']) yield Buffer.from(part);
    } finally {
      seen.isEnded = true;
    }
  }
  return { seen, source: source() };
}

it('gives the beginning, and all of it', async () => {
  const { seen, source } = watchedSource();
  const { head, whole } = await peek(source, 3);
  expect(head.toString()).toBe('abc');
  expect(seen.isEnded).toBe(false);
  expect(Buffer.concat(await Array.fromAsync(whole)).toString()).toBe('abcdef');
});

it('ends a source of which nothing more is read, so that no file stays open', async () => {
  const { seen, source } = watchedSource();
  const { whole } = await peek(source, 3);
  await whole.return(undefined);
  expect(seen.isEnded).toBe(true);
});
