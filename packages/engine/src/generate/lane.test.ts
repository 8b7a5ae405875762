import { expect, it } from 'vitest';
import { readReference, referenceModels } from '../parity/reference.ts';
import { openGenerator } from './generator.ts';

/** The order in which three requests with prompts of 5 tokens and answers of 3 get their tokens. */
async function order(admitTokens: number): Promise<string> {
  const { model } = await readReference(referenceModels[0]);
  const generator = await openGenerator({ model, admitTokens });
  const seen: number[] = [];
  await Promise.all(
    [0, 1, 2].map(async (request) => {
      const tokens = [21, 3, 42, 55, request];
      for await (const _ of generator.generate({ tokens, maxTokens: 3, stopTokens: [] }))
        seen.push(request);
    }),
  );
  await generator.dispose();
  return seen.join('');
}

it('reads the prompts that wait before answers go on', async () => {
  expect((await order(15)).slice(0, 3)).toBe('012');
});

it('lets answers go on when so many tokens of prompts are read', async () => {
  // The second token of the first answer comes before the first token of the last.
  const one = await order(1);
  expect(one.indexOf('0', 1)).toBeLessThan(one.indexOf('2'));
  const two = await order(6);
  expect(two.slice(0, 2)).toBe('01');
  expect(two.indexOf('0', 1)).toBeLessThan(two.indexOf('2'));
});
