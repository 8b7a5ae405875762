import type { Grader, SingleGrader } from '@lathe/contracts/http/grader';

/** A grader under the name that its score has. */
export type NamedGrader = { readonly name: string; readonly grader: SingleGrader };

/** The single graders of a grader: itself, or those of a multi grader in whichever of the three forms it has them. */
export function gradersOf(grader: Grader): NamedGrader[] {
  if (grader.type !== 'multi') return [{ name: grader.name, grader }];
  const { graders } = grader;
  if (Array.isArray(graders)) return graders.map((one) => ({ name: one.name, grader: one }));
  // A map has no member `type` of a grader's kind: that of a single one is a text.
  if (typeof graders.type === 'string')
    return [{ name: String(graders.name), grader: graders as SingleGrader }];
  return Object.entries(graders as Readonly<Record<string, SingleGrader>>).map(([name, one]) => ({
    name,
    grader: one,
  }));
}
