import type { Shape } from './shape.ts';
import type { DType, TensorData } from './tensor.ts';
import type { Attributes, Value } from './value.ts';

export type DeviceName = 'cpu' | 'webgpu' | 'cuda';

export type ValueType = { readonly shape: Shape; readonly dtype: DType };

/** A value whose attributes are known to be of one operator. */
export type ValueOf<A extends Attributes> = Value & { readonly attributes: A };

/** What a gradient rule may use. `dys[k]` is the gradient of output k, undefined where nothing used it. */
export type GradientArguments<A extends Attributes> = {
  readonly dy: Value;
  readonly dys: readonly (Value | undefined)[];
  readonly y: Value;
  readonly inputs: readonly Value[];
  readonly attributes: A;
};

/** Why there is no gradient: it is zero everywhere, or, with `deliberate`, cut on purpose. */
export type NoGradient = { readonly none: string; readonly deliberate?: true };

export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly text: string }
  | { readonly tensor: OnnxTensor };

export type OnnxTensor = {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TensorData;
};

/** One ONNX node. A plain list of numbers among the inputs becomes an int64 constant. */
export type OnnxNode = {
  readonly type: string;
  readonly domain?: 'com.microsoft';
  readonly inputs?: readonly (Value | readonly number[] | undefined)[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** First opset that has the operator, when later than 21. */
  readonly since?: number;
};

/**
 * One operator: what it means, what it gives, how its gradient is built, and how devices run it. Methods, not
 * function fields, so that an operator with attributes of its own is still an `Op`.
 */
export type OpDefinition<A extends Attributes = Attributes> = {
  /** One sentence with the formula; `docs/operators.md` is made of these. */
  readonly summary: string;
  /** Shape and type of each output; throws one sentence when the inputs do not fit. */
  types(inputs: readonly Value[], attributes: A): ValueType | readonly ValueType[];
  /** Gradients of the inputs, undefined for an input that has none (indices, masks). */
  readonly gradient: GradientRule<A> | NoGradient;
  /**
   * Another form for a device or type that lacks the ONNX operator, or runs it slower; one value an output.
   * `isBackward` tells of y and of its own inputs whether they depend on a gradient.
   */
  lower?(
    y: ValueOf<A>,
    inputs: readonly Value[],
    device: DeviceName,
    isBackward: (value: Value) => boolean,
  ): Value | readonly Value[] | undefined;
  /** The ONNX node; without it, the operator's name with its inputs and no attributes. */
  onnx?(y: ValueOf<A>): OnnxNode;
};

export type GradientRule<A extends Attributes> = {
  bivariant(given: GradientArguments<A>): readonly (Value | undefined)[];
}['bivariant'];

export type Op<A extends Attributes = Attributes> = OpDefinition<A> & { readonly name: string };

export type NoAttributes = Readonly<Record<never, never>>;

/** Operators of one file by name; the type argument names each with its attributes. */
export type Family<T extends Record<string, Attributes>> = { readonly [K in keyof T]: Op<T[K]> };

/** Gives each definition its key as name. */
export function family<T extends Record<string, Attributes>>(
  definitions: {
    readonly [K in keyof T]: OpDefinition<T[K]>;
  },
): Family<T> {
  const named = Object.entries(definitions).map(([name, definition]) => [
    name,
    { ...(definition as OpDefinition), name },
  ]);
  return Object.fromEntries(named) as Family<T>;
}
