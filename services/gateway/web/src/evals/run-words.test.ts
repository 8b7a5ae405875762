import type { RunObject } from '@lathe/contracts/http/eval-run';
import { expect, it } from 'vitest';
import { historyOf } from './run-words.ts';

const run = (id: string, model: string, at: number, passed: number, failed = 1) =>
  ({
    ...{ id, model, name: model, created_at: at },
    result_counts: { passed, failed, errored: 0, total: passed + failed },
  }) as RunObject;

it('puts runs in the order of their time, those that judged nothing apart', () => {
  const runs = [
    run('c', 'b', 30, 3),
    run('x', 'a', 25, 0, 0),
    run('b', 'a', 20, 1),
    run('a', 'a', 10, 0),
  ];
  const { points, models } = historyOf(runs);
  expect(points.map(({ id, place, share }) => [id, place, share])).toEqual([
    ['a', 0, 0],
    ['b', 1, 0.5],
    ['c', 2, 0.75],
  ]);
  expect(models).toEqual(['b', 'a']);
});
