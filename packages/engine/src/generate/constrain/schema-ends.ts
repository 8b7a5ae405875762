import type { SchemaNode } from './schema.ts';

/**
 * The places of nodes that no text can end: those that cannot do without themselves, as an object that requires
 * another like it.
 */
export function endlessNodes(nodes: readonly SchemaNode[]): readonly number[] {
  const ending = new Set<number>();
  const ends = (node: SchemaNode): boolean => {
    switch (node.kind) {
      case 'anyOf':
        return node.options.some((option) => ending.has(option));
      case 'object':
        return node.properties.every(({ required, value }) => !required || ending.has(value));
      case 'array':
        return node.minItems === 0 || ending.has(node.items);
      default:
        return true;
    }
  };
  let before = -1;
  while (before < ending.size) {
    before = ending.size;
    for (const [place, node] of nodes.entries()) if (ends(node)) ending.add(place);
  }
  return [...nodes.keys()].filter((place) => !ending.has(place));
}
