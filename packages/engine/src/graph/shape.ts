/** Size of one axis: a number, or the name of a size known only when the graph runs. */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

export function shapeText(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** The shape as numbers. Throws when an axis is known only by name. */
export function fixedShape(shape: Shape): readonly number[] {
  const named = shape.find((size) => typeof size === 'string');
  if (named !== undefined) {
    throw new Error(`Size "${named}" of ${shapeText(shape)} is known only when the graph runs.`);
  }
  return shape as readonly number[];
}

/** Number of elements. Throws when an axis is known only by name. */
export function elementCount(shape: Shape): number {
  return fixedShape(shape).reduce((product, size) => product * size, 1);
}

/** Turns an axis counted from the end (-1 is the last) into one counted from the start. */
export function axisOf(axis: number, rank: number): number {
  const found = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(found) || found < 0 || found >= rank) {
    throw new Error(`Axis ${axis} does not exist in ${rank} dimensions.`);
  }
  return found;
}

/** Numpy broadcasting: axes align at the end, and size 1 stretches. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw new Error(`Shapes ${shapeText(a)} and ${shapeText(b)} do not broadcast.`);
  });
}

/** Sum of two sizes; a sum with a name is a new name, such as "past+new". */
export function addDimensions(a: Dimension, b: Dimension): Dimension {
  return typeof a === 'number' && typeof b === 'number' ? a + b : `${a}+${b}`;
}

/**
 * The shape that a reshape to `target` gives. In `target` 0 keeps the size at that axis, and one -1 is
 * whatever is left; names cancel against the names of `from`.
 */
export function reshapedShape(from: Shape, target: Shape): Shape {
  const kept = target.map((size, axis) => (size === 0 ? (from[axis] ?? 0) : size));
  const open = kept.indexOf(-1);
  const source = factors(from);
  const rest = factors(kept.filter((_, axis) => axis !== open));
  const left = [...source.names];
  for (const name of rest.names) {
    const at = left.indexOf(name);
    if (at < 0) throw impossible(from, target);
    left.splice(at, 1);
  }
  const ratio =
    rest.count === 0 ? (source.count === 0 ? 1 : Number.NaN) : source.count / rest.count;
  if (open < 0) {
    if (left.length > 0 || ratio !== 1) throw impossible(from, target);
    return kept;
  }
  if (!Number.isInteger(ratio)) throw impossible(from, target);
  const size = left.length === 0 ? ratio : [...(ratio === 1 ? [] : [ratio]), ...left].join('*');
  return kept.map((old, axis) => (axis === open ? size : old));
}

function factors(shape: Shape): { count: number; names: string[] } {
  let count = 1;
  const names: string[] = [];
  for (const size of shape) {
    if (typeof size === 'number') count *= size;
    else {
      for (const part of size.split('*')) {
        if (/^\d+$/.test(part)) count *= Number(part);
        else names.push(part);
      }
    }
  }
  return { count, names };
}

function impossible(from: Shape, target: Shape): Error {
  return new Error(`${shapeText(from)} cannot be reshaped to ${shapeText(target)}.`);
}
