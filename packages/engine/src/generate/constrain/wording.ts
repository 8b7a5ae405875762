import type { Schema, SchemaNode } from './schema.ts';

/** A text that is fixed, or JSON of a schema, or made of such: one behind the other, one of several, one or more of a kind. */
export type Wording =
  | string
  | Schema
  | { readonly sequence: readonly Wording[] }
  | { readonly choice: readonly Wording[] }
  | { readonly some: Wording; readonly separator: Wording };

/**
 * The schema of texts with such a wording.
 * @example wordedSchema({ sequence: ['<call>', anyObject, '</call>'] });
 */
export function wordedSchema(wording: Wording): Schema {
  const nodes: SchemaNode[] = [];
  const add = (node: SchemaNode): number => nodes.push(node) - 1;
  const place = (part: Wording): number => {
    if (typeof part === 'string')
      return part === ''
        ? add({ kind: 'sequence', parts: [] })
        : add({ kind: 'literal', texts: [part] });
    if ('sequence' in part) return add({ kind: 'sequence', parts: part.sequence.map(place) });
    if ('choice' in part) return add({ kind: 'anyOf', options: part.choice.map(place) });
    if ('some' in part) {
      const one = place(part.some);
      const separator = place(part.separator);
      const some = add({ kind: 'anyOf', options: [] });
      const more = add({ kind: 'sequence', parts: [one, separator, some] });
      nodes[some] = { kind: 'anyOf', options: [one, more] };
      return some;
    }
    const from = nodes.length;
    for (const node of part.nodes) add(moved(node, from));
    return from + part.root;
  };
  return { root: place(wording), nodes };
}

/** A node of a schema whose nodes stand behind others. */
function moved(node: SchemaNode, by: number): SchemaNode {
  switch (node.kind) {
    case 'object': {
      const properties = node.properties.map((each) => ({ ...each, value: each.value + by }));
      return { ...node, properties };
    }
    case 'map':
      return { ...node, values: node.values + by };
    case 'array':
      return { ...node, items: node.items + by };
    case 'anyOf':
      return { ...node, options: node.options.map((option) => option + by) };
    case 'sequence':
      return { ...node, parts: node.parts.map((part) => part + by) };
    case 'string':
    case 'number':
    case 'literal':
      return node;
  }
}
