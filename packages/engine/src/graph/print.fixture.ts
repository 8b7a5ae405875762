import { shapeText } from './shape.ts';
import { ancestors, isLeaf, partOp, type Value, type ValueType } from './value.ts';

/** How many numbers of a constant are shown. */
const shownNumbers = 4;

/**
 * The graph as text, one node a line in the order of creation, numbered from 0: the same graph gives the same
 * text in every run. `order` prints other nodes, such as a lowered graph's.
 */
export function printGraph(
  outputs: Readonly<Record<string, Value>>,
  order: readonly Value[] = ancestors(Object.values(outputs)),
): string {
  const labels = new Map<Value, string>();
  const lines: string[] = [];
  const label = (value: Value): string => {
    if (value.op === partOp) {
      const { index } = value.attributes as { index: number };
      return `${label(value.inputs[0]!)}.${index}`;
    }
    return labels.get(value) ?? '?';
  };
  for (const value of order) {
    if (value.op === partOp) continue;
    const name = `%${labels.size}`;
    labels.set(value, name);
    const types = value.types.map(typeText).join(', ');
    lines.push(`${name} = ${isLeaf(value) ? leafText(value) : nodeText(value, label)} : ${types}`);
  }
  for (const [name, value] of Object.entries(outputs)) lines.push(`${name} <- ${label(value)}`);
  return `${lines.join('\n')}\n`;
}

function typeText({ dtype, shape }: ValueType): string {
  return `${dtype}${shapeText(shape)}`;
}

function nodeText({ op, inputs, attributes }: Value, label: (value: Value) => string): string {
  const pairs = Object.entries(attributes).map(([key, attribute]) => {
    const text = Array.isArray(attribute) ? shapeText(attribute) : String(attribute);
    return `${key}: ${text}`;
  });
  const list = pairs.length > 0 ? ` {${pairs.join(', ')}}` : '';
  return `${op.name}(${inputs.map(label).join(', ')})${list}`;
}

function leafText({ op, name, data }: Value): string {
  if (name !== undefined) return `${op.name} ${name}`;
  const numbers = Array.from(data!.subarray(0, shownNumbers), String);
  return `${op.name} ${numbers.join(' ')}${data!.length > shownNumbers ? ' …' : ''}`;
}
