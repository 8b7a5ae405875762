import type { Contestant } from '@lathe/contracts/artifact/report';
import type { Judgement, ModelAnswers } from './judge.ts';

/** A model with its answers. */
export function model<Answer>(
  name: 'base' | 'few-shot' | 'start' | 'tuned',
  answers: readonly Answer[],
): ModelAnswers<Answer> {
  return { name, model: `ft:${name}`, shots: 0, loss: 1, supervisedTokens: 1, answers };
}

/** What every task's contest is asked with. */
export const asked = { seed: 1, samples: 3 } as const;

export function contestant(judgement: Judgement, name: Contestant['name']): Contestant {
  const found = judgement.contestants.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no contestant ${name}`);
  return found;
}

/** The values of a contestant's metrics, without their intervals. */
export function values(judgement: Judgement, name: Contestant['name']): Record<string, number> {
  return Object.fromEntries(
    Object.entries(contestant(judgement, name).metrics).map(([metric, { value }]) => [
      metric,
      value,
    ]),
  );
}
