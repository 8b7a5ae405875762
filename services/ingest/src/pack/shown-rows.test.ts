import type { ShardExample } from '@lathe/contracts/artifact/shard';
import { expect, it } from 'vitest';
import { showRows } from './shown-rows.ts';

const five = { tokens: Int32Array.of(0, 1, 2, 3, 4), supervised: new Uint8Array(5) };
const decode = async (sequences: readonly (readonly number[])[]) =>
  sequences.map((tokens) => tokens.map((token) => `t${token}`));

/** Texts of the tokens that are shown as taught. */
async function taughtOf(example: ShardExample): Promise<string[]> {
  const row = { which: 'first', line: 1, examples: [example] } as const;
  const [shown] = await showRows([row], decode);
  const tokens = shown?.sequences[0]?.tokens ?? [];
  expect(tokens.map((token) => token?.text)).toEqual(['t0', 't1', 't2', 't3', 't4']);
  return tokens.flatMap((token) => (token?.taught === true ? token.text : []));
}

it.each<[string, Partial<ShardExample>, readonly string[]]>([
  ['is written', { supervised: Uint8Array.of(0, 0, 1, 1, 2) }, ['t2', 't3', 't4']],
  ['has a tag', { labels: Int32Array.of(-100, 0, -100, 3, -100) }, ['t1', 't3']],
  ['answers a question', { span: Int32Array.of(2, 3) }, ['t2', 't3']],
  ['is of a window without the answer', { span: Int32Array.of(0, 0) }, []],
  ['is read for one label', { target: Float32Array.of(1) }, []],
])('marks what %s', async (_, more, taught) => {
  expect(await taughtOf({ ...five, ...more })).toEqual(taught);
});
