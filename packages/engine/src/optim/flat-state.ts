/** A trainable tensor. `decays` says whether weight decay applies (not to norms and biases). */
export type Parameter = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly decays: boolean;
};

/** Parameters laid end to end in one buffer, which the optimizer updates in a dozen operators. */
export type StateGroup = {
  readonly name: string;
  readonly size: number;
  readonly decays: boolean;
  readonly members: readonly (Parameter & { readonly offset: number })[];
};

/** The buffers of one group; `weights` is what `FlatState.tensors` holds views of. */
export type GroupBuffers = {
  readonly weights: Float32Array;
  /** First moment. */
  readonly mean: Float32Array;
  /** Second moment. */
  readonly variance: Float32Array;
};

export type FlatState = {
  readonly groups: readonly StateGroup[];
  readonly buffers: ReadonlyMap<string, GroupBuffers>;
  /** Each parameter's current weights, a view into its group's buffer. */
  readonly tensors: ReadonlyMap<string, Float32Array>;
};

/**
 * Groups are closed at this many elements. It bounds the optimizer's temporary memory, and operators
 * on a few MB find their operands in the processor's cache (measured by bench/step.ts).
 */
export const defaultGroupElements = 1 << 20;

/** Splits parameters, in their order, into groups of equal decay of about `groupElements` elements. */
export function planGroups(
  parameters: readonly Parameter[],
  groupElements = defaultGroupElements,
): StateGroup[] {
  const groups: StateGroup[] = [];
  for (const decays of [true, false]) {
    let members: (Parameter & { offset: number })[] = [];
    let size = 0;
    const close = (): void => {
      if (size > 0) groups.push({ name: `group${groups.length}`, size, decays, members });
      members = [];
      size = 0;
    };
    for (const parameter of parameters) {
      if (parameter.decays !== decays) continue;
      const elements = elementCount(parameter.shape);
      if (size > 0 && size + elements > groupElements) close();
      members.push({ ...parameter, offset: size });
      size += elements;
    }
    close();
  }
  return groups;
}

/** Zeroed buffers for the groups, with a view of each parameter. */
export function allocateState(groups: readonly StateGroup[]): FlatState {
  const buffers = new Map<string, GroupBuffers>();
  const tensors = new Map<string, Float32Array>();
  for (const group of groups) {
    const weights = new Float32Array(group.size);
    buffers.set(group.name, {
      weights,
      mean: new Float32Array(group.size),
      variance: new Float32Array(group.size),
    });
    for (const { name, shape, offset } of group.members)
      tensors.set(name, weights.subarray(offset, offset + elementCount(shape)));
  }
  return { groups, buffers, tensors };
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
