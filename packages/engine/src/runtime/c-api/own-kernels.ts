import { stayingLibrary } from '@lathe/native/koffi';

/**
 * Makes sessions that are opened from now on use an instruction set in our kernels; '' is the widest that this processor
 * has. Gives its name. Throws where the library cannot be loaded, or the processor lacks it.
 */
export function chooseKernels(file: string, set: string): string {
  const chosen = stayingLibrary(file).func('lathe_kernels_choose', 'str', ['str'])(set);
  if (typeof chosen !== 'string') throw new Error(`this processor has no ${set}`);
  return chosen;
}

/** The loops of an update in our kernels, which compute on the thread that calls them, in arrays wherever they lie. */
export type UpdateLoops = {
  /** Σ x² in float64. */
  squares(values: Float32Array): number;
  /** One AdamW update in place; `numbers` in the order of `c/adamw.h`. */
  adamW(
    state: Readonly<Record<'weights' | 'mean' | 'variance', Float32Array>>,
    gradient: Float32Array,
    numbers: Float64Array,
  ): void;
};

/** The loops in a library of our kernels, by the instruction set that was chosen last. */
export function updateLoops(file: string): UpdateLoops {
  const library = stayingLibrary(file);
  const squares = library.func('lathe_kernels_squares', 'double', ['void *', 'size_t']);
  const adamW = library.func('lathe_kernels_adamw', 'void', [
    'size_t',
    ...Array<string>(5).fill('void *'),
  ]);
  return {
    squares: (values) => Number(squares(values, values.length)),
    adamW(state, gradient, numbers) {
      const { weights, mean, variance } = state;
      for (const side of [weights, mean, variance])
        if (side.length !== gradient.length)
          throw new RangeError(`${side.length} numbers have ${gradient.length} gradients`);
      adamW(gradient.length, weights, mean, variance, gradient, numbers);
    },
  };
}
