import { type Grader, isSingleGrader, type SingleGrader } from '@lathe/contracts/http/grader';

/** A grader under the name that its score has. */
export type NamedGrader = { readonly name: string; readonly grader: SingleGrader };

/** The single graders of a grader: itself, or those of a multi grader in whichever of the three forms it has them. */
export function gradersOf(grader: Grader): NamedGrader[] {
  if (grader.type !== 'multi') return [{ name: grader.name, grader }];
  const { graders } = grader;
  if (isSingleGrader(graders)) return [{ name: graders.name, grader: graders }];
  if (Array.isArray(graders)) return graders.map((one) => ({ name: one.name, grader: one }));
  return Object.entries(graders).map(([name, one]) => ({ name, grader: one }));
}
