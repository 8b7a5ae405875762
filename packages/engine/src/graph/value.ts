import { elementCount, fixedShape, type Shape, shapeText } from './shape.ts';
import {
  bytesPerElement,
  type DType,
  fromNumbers,
  holds,
  isFloating,
  type TensorData,
} from './tensor.ts';

type AttributeValue = number | string | boolean | readonly (number | string)[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Where a frozen weight lies in a file, raw and little-endian. */
export type ExternalSource = {
  readonly file: string;
  readonly offset: number;
  readonly byteLength: number;
  readonly dtype: DType;
  readonly shape: readonly number[];
};

/**
 * A node of the graph and its first output; `part(value, k)` stands for the others. Immutable. `id` grows
 * with creation, so an input always has a smaller id than its user.
 */
export type Value = {
  readonly id: number;
  readonly op: Op;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Types of all outputs; the first is `shape` and `dtype`. */
  readonly types: readonly ValueType[];
  /** Name of an input or of an external weight. */
  readonly name?: string;
  /** Numbers of a constant. */
  readonly data?: TensorData;
  /** Place of an external weight. */
  readonly source?: ExternalSource;
};

export type DeviceName = 'cpu' | 'webgpu' | 'cuda';

export type ValueType = { readonly shape: Shape; readonly dtype: DType };

/** The inputs of an operator: a tuple where their number is known. */
export type Inputs = readonly Value[];

/** A value whose attributes and inputs are known to be of one operator. */
type ValueOf<A extends Attributes, I extends Inputs = Inputs> = Value & {
  readonly attributes: A;
  readonly inputs: I;
};

/** What a gradient rule may use. `dys[k]` is the gradient of output k, undefined where nothing used it. */
type GradientArguments<A extends Attributes, I extends Inputs> = {
  readonly dy: Value;
  readonly dys: readonly (Value | undefined)[];
  readonly y: Value;
  readonly inputs: I;
  readonly attributes: A;
};

/** How kernels of our own multiply. */
type OwnProducts = {
  /** Threads of the session, among which what they compute is divided. */
  readonly threads: number;
  /** Whether ONNX Runtime lays stored weights out anew for its own products, which these are then left to. */
  readonly leavesStored: boolean;
};

/** What a lowering may use besides the operator's own. */
export type Lowering = {
  /** Whether y, or one of its own inputs, depends on a gradient. */
  readonly isBackward: (value: Value) => boolean;
  /** There where the device multiplies by kernels of our own. */
  readonly products?: OwnProducts | undefined;
  /** The sides of a·b, or of a·bᵀ, in longer rows; undefined where they stay as they are. There where the device pads widths. */
  readonly paddedSides?:
    | ((a: Value, b: Value, transB: boolean) => readonly [Value, Value] | undefined)
    | undefined;
};

/** Why there is no gradient: it is zero everywhere, or, with `deliberate`, cut on purpose. */
type NoGradient = { readonly none: string; readonly deliberate?: true };

export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly text: string }
  | { readonly tensor: OnnxTensor };

type OnnxTensor = {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TensorData;
};

/** One ONNX node. A plain list of numbers among the inputs becomes an int64 constant. */
export type OnnxNode = {
  readonly type: string;
  /** Where it is not ONNX's own: ONNX Runtime's, or that of our kernels. */
  readonly domain?: 'com.microsoft' | 'lathe';
  readonly inputs?: readonly (Value | readonly number[] | undefined)[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** First opset that has the operator, when later than 21. */
  readonly since?: number;
};

/**
 * One operator: what it means, what it gives, how its gradient is built, and how devices run it. Methods, not
 * function fields, so that an operator with attributes of its own is still an `Op`.
 */
export type OpDefinition<A extends Attributes = Attributes, I extends Inputs = Inputs> = {
  /** One sentence with the formula; `docs/operators.md` is made of these. */
  readonly summary: string;
  /** Shape and type of each output; throws one sentence when the inputs do not fit. */
  types(inputs: I, attributes: A): ValueType | readonly ValueType[];
  /** Gradients of the inputs, undefined for an input that has none (indices, masks). */
  readonly gradient: GradientRule<A, I> | NoGradient;
  /** Another form for a device or type that lacks the ONNX operator, or runs it slower; one value an output. */
  lower?(
    y: ValueOf<A, I>,
    inputs: I,
    device: DeviceName,
    lowering: Lowering,
  ): Value | readonly Value[] | undefined;
  /** The ONNX node; without it, the operator's name with its inputs and no attributes. */
  onnx?(y: ValueOf<A, I>): OnnxNode;
};

type GradientRule<A extends Attributes, I extends Inputs> = {
  bivariant(given: GradientArguments<A, I>): { readonly [K in keyof I]: Value | undefined };
}['bivariant'];

export type Op<A extends Attributes = Attributes, I extends Inputs = Inputs> = {
  readonly name: string;
} & OpDefinition<A, I>;

let created = 0;

/** Makes a node. Throws one sentence, led by the operator's name, when the inputs do not fit. */
export function node<A extends Attributes, I extends Inputs>(
  op: Op<A, I>,
  inputs: NoInfer<I>,
  attributes: A = {} as A,
): Value {
  return fromTypes({ op: op, inputs, attributes }, inferTypes(op, inputs, attributes));
}

/** Runs an operator's shape rule; the verifier runs it again over finished graphs. */
export function inferTypes<A extends Attributes, I extends Inputs>(
  op: Op<A, I>,
  inputs: NoInfer<I>,
  attributes: A,
): readonly ValueType[] {
  try {
    const types = op.types(inputs, attributes);
    return Array.isArray(types) ? types : [types as ValueType];
  } catch (cause) {
    throw new Error(`${op.name}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

function fromTypes(
  fields: Pick<Value, 'op' | 'inputs' | 'attributes'>,
  types: readonly ValueType[],
): Value {
  const { shape, dtype } = types[0]!;
  return { id: created++, ...fields, shape, dtype, types };
}

function leaf(op: Op, shape: Shape, dtype: DType): Value {
  return fromTypes({ op, inputs: [], attributes: {} }, [{ shape, dtype }]);
}

function leafOp(name: string, summary: string): Op {
  return {
    name,
    summary,
    types: () => {
      throw new Error('A leaf has no shape rule.');
    },
    gradient: { none: 'It has no inputs.' },
  };
}

export const inputOp: Op = leafOp('Input', 'A tensor fed at each run.');
export const constantOp: Op = leafOp('Constant', 'Numbers written into the graph.');
export const externalOp: Op = leafOp('External', 'A frozen weight mapped from a file.');
export const seedOp: Op = leafOp(
  'Seed',
  'The 1 that a gradient starts from; all that depends on it is the backward pass.',
);

/** One of the further outputs of a node: `part(split, 2)` is its third. */
export const partOp: Op<{ index: number }, readonly [Value]> = {
  name: 'Part',
  summary: 'One of the outputs of an operator with several.',
  types: ([whole], { index }) => {
    const type = whole.types[index];
    if (type === undefined) throw new Error(`${whole.op.name} has no output ${index}.`);
    return type;
  },
  gradient: { none: 'The driver hands its gradient to the operator itself.' },
};

/** True for inputs, constants, weights and seeds: what no operator computes. */
export function isLeaf({ op }: Value): boolean {
  return op === inputOp || op === constantOp || op === externalOp || op === seedOp;
}

/** Output `index` of a node; 0 is the node itself. */
export function part(whole: Value, index: number): Value {
  return index === 0 ? whole : node(partOp, [whole], { index });
}

/** The node that a value is an output of, and which one. */
export function placeOf(value: Value): { readonly whole: Value; readonly index: number } {
  return value.op === partOp
    ? { whole: value.inputs[0]!, index: (value.attributes as { index: number }).index }
    : { whole: value, index: 0 };
}

/** A tensor fed at each run. Sizes may be names (`'tokens'`) where a graph serves several lengths. */
export function input(name: string, shape: Shape, dtype: DType = 'float32'): Value {
  return { ...leaf(inputOp, shape, dtype), name };
}

/** Numbers fixed in the graph; one number fills the whole shape. Throws when the count or class is wrong. */
export function constant(
  numbers: TensorData | readonly number[] | number,
  shape: readonly number[] = [],
  dtype: DType = 'float32',
): Value {
  const count = elementCount(shape);
  const data = constantData(numbers, count, dtype);
  if (data.length !== count) {
    throw new Error(`Constant of shape ${shapeText(shape)} got ${data.length} numbers.`);
  }
  return { ...leaf(constantOp, shape, dtype), data };
}

function constantData(
  numbers: TensorData | readonly number[] | number,
  count: number,
  dtype: DType,
): TensorData {
  if (typeof numbers === 'number')
    return fromNumbers(dtype, new Array<number>(count).fill(numbers));
  if (!ArrayBuffer.isView(numbers)) return fromNumbers(dtype, numbers);
  if (!holds(dtype, numbers)) {
    throw new Error(`Constant of type ${dtype} got a ${numbers.constructor.name}.`);
  }
  return numbers;
}

/** A frozen weight that ONNX Runtime maps from a file; nothing is read here. Throws when the size is wrong. */
export function external(name: string, source: ExternalSource): Value {
  const needed = elementCount(source.shape) * bytesPerElement(source.dtype);
  if (needed !== source.byteLength) {
    throw new Error(
      `Weight ${name} needs ${needed} bytes for ${source.dtype}${shapeText(source.shape)}, its file entry has ${source.byteLength}.`,
    );
  }
  return { ...leaf(externalOp, source.shape, source.dtype), name, source };
}

/** Ones of the value's shape, where a gradient starts. */
export function seed(value: Value): Value {
  if (!isFloating(value.dtype)) {
    throw new Error(`A gradient cannot start from a value of type ${value.dtype}.`);
  }
  const shape = fixedShape(value.shape);
  const data = fromNumbers(value.dtype, new Array<number>(elementCount(shape)).fill(1));
  return { ...leaf(seedOp, shape, value.dtype), data };
}

/** All values that the given ones are computed from, themselves included, inputs before users; `known` ones end the search. */
export function ancestors(
  values: Iterable<Value>,
  known: Pick<ReadonlySet<Value>, 'has'> = new Set(),
): Value[] {
  const seen = new Set<Value>();
  const stack = [...values];
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (seen.has(value) || known.has(value)) continue;
    seen.add(value);
    stack.push(...value.inputs);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}
