import type { SingleGrader } from '@lathe/contracts/http/grader';
import { describe, expect, it } from 'vitest';
import { beginGrading, problemOf } from './begin.ts';
import { finishGrading } from './finish.ts';

const limits = { programMs: 2000, programBytes: 32 * 1024 * 1024 };
const grader: SingleGrader = {
  ...{ type: 'pairwise_model', name: 'better', model: 'judge' },
  question: '{{ item.question }}',
  answer: '{{ sample.output_text }}',
  other: '{{ item.before }}',
  human_label: '{{ item.human }}',
};
const item = { question: 'Where is it?', before: 'No idea.' };

const begin = (row: object, answer = 'At the door.') =>
  beginGrading(grader, { item: row, answer }, limits);

async function judge(letters: readonly [string, string], row: object = item) {
  const texts = letters.map((letter) => JSON.stringify({ result: letter })) as [string, string];
  return finishGrading(grader, await begin(row), new Map([['better', { texts }]]));
}

describe('a judge of two answers', () => {
  it('is asked in both orders, and is told of neither where it comes from', async () => {
    const [part] = await begin(item);
    if (part === undefined || !('question' in part) || part.question.kind !== 'pair')
      throw new Error('it asks for no pair');
    const asked = part.question.bodies.map(
      ({ messages }) => (messages as { content: string }[]).at(-1)?.content ?? '',
    );
    expect(asked[0]).toContain('Answer A:\nAt the door.\n\nAnswer B:\nNo idea.');
    expect(asked[1]).toContain('Answer A:\nNo idea.\n\nAnswer B:\nAt the door.');
    for (const text of asked) expect(text).not.toMatch(/tuned|before|other|baseline/);
  });

  it.each([
    [['A', 'B'], 1, 'answer', ['answer', 'answer']],
    [['B', 'A'], 0, 'other', ['other', 'other']],
    [['tie', 'tie'], 0.5, 'tie', ['tie', 'tie']],
    [['A', 'A'], 0.5, 'tie', ['answer', 'other']],
    [['B', 'B'], 0.5, 'tie', ['other', 'answer']],
    [['A', 'tie'], 0.5, 'tie', ['answer', 'tie']],
  ] as const)('that says %j gives %d', async (letters, reward, label, orders) => {
    const graded = await judge(letters);
    expect(graded).toMatchObject({ reward, failure: null });
    expect(graded.judged).toEqual({ better: { label, orders, human: null } });
  });

  it('that says something else fails its part alone', async () => {
    const graded = await judge(['A', 'C']);
    expect(graded).toMatchObject({ reward: 0, errors: { model_grader_parse_error: true } });
    expect(await judge(['A', 'constructor'])).toMatchObject({ judged: {} });
  });

  it('is held against what a person says, where the row has that', async () => {
    const human = async (row: object) => (await judge(['A', 'B'], row)).judged.better?.human;
    expect(await human({ ...item, human: 'other' })).toBe('other');
    for (const nothing of [null, '', ' '])
      expect(await human({ ...item, human: nothing })).toBeNull();
    const wrong = await judge(['A', 'B'], { ...item, human: 'both' });
    expect(wrong).toMatchObject({
      errors: { other_error: true },
      failure: 'The human label "both" is none of "answer", "other", "tie".',
    });
  });

  it('names only what there is', () => {
    expect(problemOf(grader)).toBeUndefined();
    expect(problemOf({ ...grader, other: '{{ process.env }}' })).toContain('process.env');
    expect(problemOf({ ...grader, human_label: '{{ x }}' })).toContain('{{ x }}');
  });
});
