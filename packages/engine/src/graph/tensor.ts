/**
 * Element types of the graph. bfloat16 occurs only as stored weights, cast before use, float16 also inside of
 * products; neither is fed or answered. uint8 and int8 occur only as codes of quantised numbers.
 */
export type DType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'int8'
  | 'bool';

/** Numbers of a tensor in row-major order. bool is one byte; float16 and bfloat16 are their bits. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Int8Array
  | Uint16Array;

/** A concrete array, as it goes into and comes out of a program. */
export type Tensor = {
  readonly data: TensorData;
  readonly shape: readonly number[];
  readonly dtype: DType;
};

const byteSizes = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  int8: 1,
  bool: 1,
} as const satisfies Record<DType, number>;

/** Bytes that one element takes. */
export function bytesPerElement(dtype: DType): number {
  return byteSizes[dtype];
}

/** True for the types that arithmetic and gradients run in. */
export function isFloating(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16';
}

/** An array of zeros fit for `length` elements of the type. */
export function allocate(dtype: DType, length: number): TensorData {
  switch (dtype) {
    case 'float32':
      return new Float32Array(length);
    case 'float64':
      return new Float64Array(length);
    case 'int32':
      return new Int32Array(length);
    case 'int64':
      return new BigInt64Array(length);
    case 'uint8':
    case 'bool':
      return new Uint8Array(length);
    case 'int8':
      return new Int8Array(length);
    case 'float16':
    case 'bfloat16':
      return new Uint16Array(length);
  }
}

/** Converts plain numbers to an array of the type. Throws for bfloat16, which is only stored. */
export function fromNumbers(dtype: DType, numbers: ArrayLike<number>): TensorData {
  if (dtype === 'bfloat16')
    throw new Error('Numbers cannot be written as bfloat16: it exists only in weight files.');
  if (dtype === 'float16') return new Uint16Array(Float16Array.from(numbers).buffer);
  if (dtype === 'int64') return BigInt64Array.from(Array.from(numbers, (n) => BigInt(n)));
  const data = allocate(dtype, numbers.length) as Float32Array | Float64Array | Int32Array;
  for (let i = 0; i < numbers.length; i++) data[i] = numbers[i]!;
  return data;
}

/** True when the array is of the class that holds the type. */
export function holds(dtype: DType, data: TensorData): boolean {
  return data.constructor === allocate(dtype, 0).constructor;
}
