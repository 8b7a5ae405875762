import type { Tensor } from '../graph/tensor.ts';
import type { Objective, Placed } from './objective.ts';

/**
 * The objective with `count` virtual tokens before every sequence: they are token 0 in the arrays, and the
 * input `virtual_rows` `[rows · tokens]` says which of them a token is, −1 for a real one.
 */
export function withVirtualTokens<Example>(
  objective: Objective<Example>,
  count: number,
): Objective<Example> {
  if (count === 0) return objective;
  const { types, scored } = objective;
  const moved = ({ example, places }: Placed<Example>): Placed<Example> => ({
    example,
    places: places.map((each) => each.subarray(count)),
  });
  const longer = (sequence: Int32Array): Int32Array => {
    const whole = new Int32Array(count + sequence.length);
    whole.set(sequence, count);
    return whole;
  };
  return {
    ...objective,
    sequences: (example) => objective.sequences(example).map(longer),
    types: types && ((example) => types(example).map(longer)),
    feeds(placed, context) {
      const { rows, tokens } = context.shape;
      const virtual = new Int32Array(rows * tokens).fill(-1);
      for (const { places } of placed)
        for (const each of places)
          for (let at = 0; at < count; at++) virtual[each[at] as number] = at;
      const rowsInput: Tensor = { data: virtual, shape: [rows * tokens], dtype: 'int32' };
      return { ...objective.feeds(placed.map(moved), context), virtual_rows: rowsInput };
    },
    scored: scored && {
      ...scored,
      open(examples) {
        const card = scored.open(examples);
        return { ...card, add: (placed, ...rest) => card.add(placed.map(moved), ...rest) };
      },
    },
  };
}
