import type { ShardExample } from '@lathe/contracts/artifact/shard';
import { expect, it } from 'vitest';
import type { Engine } from '../../engine/engine.ts';
import type { ServedModel } from '../../models/models.ts';
import { answerRows, type TaskSettings } from './answer-rows.ts';

const { signal } = new AbortController();
const settings: TaskSettings = {
  labels: ['a', 'b', 'c'],
  problem: 'single-label',
  maskedShare: 0.5,
  seed: 1,
};
const served = { name: 'm', task: { type: 'states' }, facts: { maskToken: 9 } } as ServedModel;
const example = (tokens: number[], more: Partial<ShardExample> = {}): ShardExample => ({
  tokens: Int32Array.from(tokens),
  supervised: new Uint8Array(tokens.length),
  ...more,
});

/** An engine that gives each text these numbers, told what it was asked. */
function saying(of: (tokens: Int32Array, at: number) => readonly number[]) {
  const asked: Parameters<Engine['predict']>[1][] = [];
  const engine = {
    predict: async (_: unknown, what: Parameters<Engine['predict']>[1]) => {
      asked.push(what);
      return what.texts.map(({ tokens }, at) => Float32Array.from(of(tokens, at)));
    },
  } as unknown as Engine;
  return { asked, ports: { engine, signal, onAnswer: () => {} } };
}

const labelled = (line: number, label: string | number[]) => ({
  kind: 'labelled' as const,
  line,
  text: 'x',
  label,
});

it('reads one label, several, and numbers', async () => {
  const { ports, asked } = saying(([token = 0]) => [token, 0, -token]);
  const rows = [1, -1].map((token) => ({
    row: labelled(1, 'a'),
    examples: [example([token, 5], { types: Uint8Array.of(0, 1) })],
  }));
  const ask = (problem: TaskSettings['problem']) =>
    answerRows.classification(served, { rows, settings: { ...settings, problem }, ports });
  const [first, second] = await ask('single-label');
  expect(first?.answer).toBe('a');
  expect(first?.probabilities[0]).toBeCloseTo(Math.E / (Math.E + 1 + 1 / Math.E), 6);
  expect(second?.answer).toBe('c');
  expect(asked[0]).toMatchObject({
    question: { kind: 'sequence-classification' },
    texts: [{ types: Int32Array.of(0, 1) }, {}],
  });
  expect((await ask('multi-label')).map(({ answer }) => answer)).toEqual([
    ['a', 'b'],
    ['b', 'c'],
  ]);
  expect((await ask('regression'))[1]?.answer).toEqual([-1, 0, 1]);
});

it('reads a tag at the first token of each word, over all windows of a row', async () => {
  // Each token scores the label of its own number.
  const { ports } = saying((tokens) =>
    Array.from(tokens).flatMap((token) => settings.labels.map((_, at) => (at === token ? 1 : 0))),
  );
  const row = {
    kind: 'tagged' as const,
    line: 1,
    text: 'p q r s',
    words: [],
    tags: ['a', 'b', 'b', 'c'],
  };
  const examples = [
    example([9, 0, 2, 1], { labels: Int32Array.of(-1, 0, -1, 1) }),
    // The word between has no token.
    example([0, 2], { labels: Int32Array.of(-1, 2) }),
  ];
  const rows = [{ row, examples }];
  const answers = await answerRows['token-classification'](served, { rows, settings, ports });
  expect(answers).toEqual([['a', 'b', 'O', 'c']]);
});

it('reads rewards of pairs and of texts', async () => {
  const { ports } = saying(([token = 0]) => [token]);
  const message = { role: 'assistant' as const, content: 'x' };
  const pair = {
    kind: 'preference' as const,
    line: 1,
    messages: [message],
    preferred: message,
    rejected: message,
  };
  const rows = [
    { row: pair, examples: [example([3]), example([2])] },
    { row: labelled(2, [1]), examples: [example([7])] },
  ];
  const answers = await answerRows.reward(served, { rows, settings, ports });
  expect(answers).toEqual([{ preferred: 3, rejected: 2 }, 7]);
});

it('compares the vectors of all texts of all rows', async () => {
  const { ports, asked } = saying(([token = 0]) => [Math.cos(token), Math.sin(token)]);
  const related = (line: number, texts: string[]) => ({ kind: 'related' as const, line, texts });
  const rows = [
    { row: related(1, ['p', 'q', 'r']), examples: [example([0]), example([0]), example([2])] },
    { row: related(2, ['s', 't']), examples: [example([2]), example([1])] },
  ];
  const answers = await answerRows.embedding(served, { rows, settings, ports });
  expect(answers.map(({ place, isCloser }) => [place, isCloser])).toEqual([
    [1, true],
    [2, null],
  ]);
  expect(asked[0]?.question).toEqual({ kind: 'vectors', pooling: 'mean', normalized: true });
});

it('hides tokens, the same ones again, and adds up the losses of what stood there', async () => {
  const { ports, asked } = saying(() => Array(20).fill(0));
  const row = { kind: 'text' as const, line: 1, part: 0, text: 'x' };
  const examples = [example([7, 1, 2, 3, 4, 8], { supervised: Uint8Array.of(0, 1, 1, 1, 1, 0) })];
  const rows = [{ row, examples }];
  const [answer] = await answerRows['masked-lm'](served, { rows, settings, ports });
  expect(answer).toEqual({ loss: expect.closeTo(2 * Math.log(10), 6), tokens: 2 });
  await answerRows['masked-lm'](served, { rows, settings, ports });
  expect(asked[0]).toEqual(asked[1]);
  const [text] = asked[0]?.texts ?? [];
  expect(Array.from(text?.tokens ?? []).filter((token) => token === 9)).toHaveLength(2);
  const maskless = { ...served, facts: { ...served.facts, maskToken: null } };
  await expect(answerRows['masked-lm'](maskless, { rows, settings, ports })).rejects.toThrow(
    'm names no token that masks words',
  );
});
