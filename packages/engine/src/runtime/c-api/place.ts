import { allocate, type DType, type Tensor } from '../../graph/tensor.ts';
import { addressOf } from './library.ts';
import type { Place } from './messages.ts';

/** ONNX Runtime wants an address of a tensor without numbers too. */
const nothing = new Uint8Array(8);

/** Where a tensor's numbers lie, as long as somebody holds it. */
export function placeOf({ data, shape, dtype }: Tensor): Place {
  const { byteLength } = data;
  return { address: addressOf(byteLength === 0 ? nothing : data), byteLength, shape, dtype };
}

/** Memory as an array of numbers of the type, not copied. */
export function arrayOver(dtype: DType, memory: ArrayBuffer): Tensor['data'] {
  const kind = allocate(dtype, 0).constructor as Float32ArrayConstructor;
  return new kind(memory);
}
