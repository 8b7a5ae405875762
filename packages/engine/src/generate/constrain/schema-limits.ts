import type { SchemaNode } from './schema.ts';
import { SchemaError } from './schema-error.ts';

/** Ways in which one value may be written: each is followed byte by byte until only one is left. */
const mostAlternatives = 256;
/** Values that a schema lists in all. */
const mostValues = 5000;

/**
 * Keeps the machine of a schema small enough to be asked at every token: throws SchemaError for a value with too many
 * alternatives, those of its alternatives included, and for too many values that are listed. `paths` names places.
 */
export function checkAlternatives(
  nodes: readonly SchemaNode[],
  paths: ReadonlyMap<number, string>,
): void {
  let listed = 0;
  for (const node of nodes) if (node.kind === 'literal') listed += node.texts.length;
  if (listed > mostValues)
    throw new SchemaError(
      '',
      `lists ${listed} values in enum and const; at most ${mostValues} are taken`,
    );
  const counts = new Map<number, number>();
  const count = (place: number): number => {
    const known = counts.get(place);
    if (known !== undefined) return known;
    const node = nodes[place]!;
    if (node.kind !== 'anyOf') return 1;
    // What names itself is counted once.
    counts.set(place, 0);
    const sum = node.options.reduce((all, option) => all + count(option), 0);
    counts.set(place, sum);
    return sum;
  };
  for (const [place, path] of paths) {
    const alternatives = count(place);
    if (alternatives > mostAlternatives)
      throw new SchemaError(
        path,
        `has ${alternatives} alternatives; at most ${mostAlternatives} are taken`,
      );
  }
}
