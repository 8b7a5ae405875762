import { elementCount, sameShape, shapeText } from './shape.ts';
import { holds } from './tensor.ts';
import { ancestors, externalOp, inferTypes, inputOp, isLeaf, type Value } from './value.ts';

/**
 * Checks a whole graph: every shape and type is what its operator infers from its inputs, inputs come before
 * users, leaves hold what they need, names are given once. Throws a sentence that names the node at fault.
 */
export function verify(outputs: Readonly<Record<string, Value>>): void {
  const names = new Map<string, Value>();
  for (const value of ancestors(Object.values(outputs))) {
    if (isLeaf(value)) verifyLeaf(value, names);
    else verifyNode(value);
  }
}

function verifyNode(value: Value): void {
  for (const source of value.inputs) {
    if (source.id >= value.id) {
      throw new Error(`${describe(value)} uses ${describe(source)}, which was made after it.`);
    }
  }
  const inferred = inferTypes(value.op, value.inputs, value.attributes);
  const same =
    inferred.length === value.types.length &&
    inferred.every(({ shape, dtype }, index) => {
      const stated = value.types[index]!;
      return dtype === stated.dtype && sameShape(shape, stated.shape);
    });
  const first = value.types[0]!;
  if (!same || first.dtype !== value.dtype || !sameShape(first.shape, value.shape)) {
    const types = inferred.map(({ shape, dtype }) => `${dtype}${shapeText(shape)}`);
    throw new Error(`${describe(value)} should be ${types.join(', ')}.`);
  }
}

function verifyLeaf(value: Value, names: Map<string, Value>): void {
  if (value.op === inputOp || value.op === externalOp) {
    const { name } = value;
    if (!name) throw new Error(`${describe(value)} has no name.`);
    if (names.has(name)) throw new Error(`The name "${name}" is given to two tensors.`);
    names.set(name, value);
    return;
  }
  const { data, dtype, shape } = value;
  if (data === undefined || !holds(dtype, data) || data.length !== elementCount(shape)) {
    throw new Error(`${describe(value)} does not hold its numbers.`);
  }
}

function describe({ id, op, dtype, shape }: Value): string {
  return `${op.name} (node ${id}, ${dtype}${shapeText(shape)})`;
}
