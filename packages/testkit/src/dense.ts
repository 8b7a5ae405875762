/** A float64 array with its shape: what reference implementations of operators work on. */
export type Dense = { readonly shape: readonly number[]; readonly data: Float64Array };

/** An array made element by element from its index. */
export function build(
  shape: readonly number[],
  element: (index: readonly number[]) => number,
): Dense {
  const count = shape.reduce((product, size) => product * size, 1);
  const data = new Float64Array(count);
  for (let flat = 0; flat < count; flat++) data[flat] = element(unflatten(flat, shape));
  return { shape, data };
}

/** The element at an index that broadcasts: axes align at the end and size 1 stands for all. */
export function at({ shape, data }: Dense, index: readonly number[]): number {
  return data[place(shape, index)]!;
}

/** Adds to the element at an index. */
export function addAt({ shape, data }: Dense, index: readonly number[], amount: number): void {
  data[place(shape, index)]! += amount;
}

/** The shape that arrays broadcast to. */
export function broadcast(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) =>
    shapes.reduce((size, shape) => {
      const own = shape[axis - rank + shape.length] ?? 1;
      return own === 1 ? size : own;
    }, 1),
  );
}

/**
 * The reference of an operator that works element by element, from its formula on numbers.
 * @example elementwise((a, b) => a! + b!);
 */
export function elementwise(
  formula: (...numbers: number[]) => number,
): (inputs: readonly Dense[]) => Dense {
  return (inputs) =>
    build(broadcast(inputs.map(({ shape }) => shape)), (index) =>
      formula(...inputs.map((input) => at(input, index))),
    );
}

function place(shape: readonly number[], index: readonly number[]): number {
  const skipped = index.length - shape.length;
  return shape.reduce(
    (flat, size, axis) => flat * size + (size === 1 ? 0 : index[axis + skipped]!),
    0,
  );
}

function unflatten(flat: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = flat;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return index;
}
