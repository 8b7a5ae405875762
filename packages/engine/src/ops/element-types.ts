import type { DType } from '../graph/tensor.ts';

/** `TensorProto.DataType` of ONNX, which `ONNXTensorElementDataType` of ONNX Runtime's C API shares. */
const numbers = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
} as const satisfies Record<DType, number>;

/** ONNX number of an element type. */
export function onnxType(dtype: DType): number {
  return numbers[dtype];
}

/** The type of a number. Throws for one that no graph of this engine has. */
export function elementType(number: number): DType {
  const [found] = Object.entries(numbers).find(([, known]) => known === number) ?? [];
  if (found === undefined) throw new Error(`Unsupported data type: ${number}`);
  return found as DType;
}
