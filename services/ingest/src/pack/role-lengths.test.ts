import { expect, it } from 'vitest';
import { createRoleLengths } from './role-lengths.ts';

const words = async (texts: readonly string[]) => texts.map((text) => text.split(' ').length);
const said = (role: string, content: string) => ({ role, content });
const chat = (...messages: object[]) => JSON.stringify({ kind: 'chat', line: 1, messages });

it('counts the messages of each role, in the order of roles', async () => {
  const lengths = createRoleLengths();
  lengths.add(chat(said('user', 'a b c'), said('assistant', 'd'), said('user', 'e')));
  lengths.add(chat(said('system', 'a b'), said('user', 'f g'), said('assistant', 'h i j k')));
  const { rows, of } = (await lengths.finish(words)) ?? expect.fail('no messages');
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
  const pair = {
    ...{ kind: 'preference', line: 1, messages: [said('user', 'a')] },
    ...{ preferred: said('assistant', 'b c'), rejected: said('assistant', 'd') },
  };
  const pairs = createRoleLengths();
  pairs.add(JSON.stringify(pair));
  expect((await pairs.finish(words))?.of.map(({ messages }) => messages)).toEqual([1, 2]);
  const texts = createRoleLengths();
  texts.add(JSON.stringify({ kind: 'text', line: 1, part: 0, text: 'a' }));
  expect(await texts.finish(words)).toBeUndefined();
});

it('looks at some rows of many, spread over the file', async () => {
  const lengths = createRoleLengths();
  const count = 20_000;
  for (let at = 0; at < count; at++)
    lengths.add(chat(said('user', at < count / 2 ? 'a' : 'a b'), said('assistant', 'c')));
  const { rows, of } = (await lengths.finish(words)) ?? expect.fail('no messages');
  expect(rows).toBe(500);
  const [user] = of;
  // Half of them are one word, half two.
  expect(user?.messages).toBe(500);
  expect(Math.abs((user?.lengths.total ?? 0) - 750)).toBeLessThan(50);
});
