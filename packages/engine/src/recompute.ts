import { isLeaf, node, placeOf, type Value } from './graph/value.ts';
import { blockOps } from './ops/block.ts';

/**
 * What the backward pass of `reader` (of the value itself when absent) should read in place of a value: inside a
 * block a copy of it, made from copies of what it was made from; elsewhere a copy of what is to be remade, and the
 * value itself of all else. Copies are nodes of their own, made once and only where something asks for them; being
 * younger than the forward pass and not depending on a gradient's seed, they are written after all of it, and so run
 * when the first of their readers needs them.
 */
export function recomputed(order: readonly Value[]): (value: Value, reader?: Value) => Value {
  const blockOf = blocksOf(order);
  const cheap = new Set(
    order.filter(({ op }) => op === blockOps.Remade).map(({ inputs: [x] }) => x as Value),
  );
  const copies = new Map<Value, Value>();
  const copy = (value: Value, next: (source: Value) => Value): Value => {
    const made = copies.get(value) ?? node(value.op, value.inputs.map(next), value.attributes);
    copies.set(value, made);
    return made;
  };
  const inBlock = (block: number, value: Value): Value =>
    blockOf(value) === block ? copy(value, (source) => inBlock(block, source)) : value;
  const alone = (value: Value): Value => {
    if (value.op === blockOps.Remade) return alone(value.inputs[0] as Value);
    return cheap.has(value) && !isLeaf(value) ? copy(value, alone) : value;
  };
  return (value, reader = value) => {
    const block = blockOf(value);
    return block !== undefined && block === blockOf(reader) ? inBlock(block, value) : alone(value);
  };
}

/** Which block, between two borders, a value lies in. */
function blocksOf(order: readonly Value[]): (value: Value) => number | undefined {
  const borders = order.filter(({ op }) => op === blockOps.BlockBorder);
  const blocks = new Map<Value, number>();
  let block = -1;
  for (const value of order) {
    if (value.op === blockOps.BlockBorder) block++;
    else if (block >= 0 && block < borders.length - 1 && !isLeaf(value)) blocks.set(value, block);
  }
  return (value) => blocks.get(placeOf(value).whole);
}
