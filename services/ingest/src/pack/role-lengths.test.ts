import { type CanonicalRow, canonicalRowSchema } from '@lathe/contracts/artifact/dataset';
import { expect, it } from 'vitest';
import { roleLengths } from './role-lengths.ts';

const words = async (texts: readonly string[]) => texts.map((text) => text.split(' ').length);
const said = (role: string, content: string) => ({ role, content });
const row = (fields: object): CanonicalRow => canonicalRowSchema.parse({ line: 1, ...fields });
const chat = (...messages: object[]) => row({ kind: 'chat', messages });

it('counts the messages of each role, in the order of roles', async () => {
  const found = await roleLengths(
    [
      chat(said('user', 'a b c'), said('assistant', 'd'), said('user', 'e')),
      chat(said('system', 'a b'), said('user', 'f g'), said('assistant', 'h i j k')),
    ],
    words,
  );
  const { rows, of } = found ?? expect.fail('no messages');
  expect(rows).toBe(2);
  const told = of.map(({ role, messages, lengths: { p50, max, total } }) => [
    ...[role, messages, p50, max, total],
  ]);
  expect(told).toEqual([
    ['system', 1, 2, 2, 2],
    ['user', 3, 2, 3, 6],
    ['assistant', 2, 1, 4, 5],
  ]);
});

it('counts both answers of a pair, and nothing of rows without messages', async () => {
  const pair = row({
    ...{ kind: 'preference', messages: [said('user', 'a')] },
    ...{ preferred: said('assistant', 'b c'), rejected: said('assistant', 'd') },
  });
  expect((await roleLengths([pair], words))?.of.map(({ messages }) => messages)).toEqual([1, 2]);
  expect(await roleLengths([row({ kind: 'text', part: 0, text: 'a' })], words)).toBeUndefined();
});
