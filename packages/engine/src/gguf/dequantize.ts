import { type TensorType, tensorTypes } from './format.ts';
import { kQuants } from './k-quants.ts';

/** Writes the numbers of the block at byte `from` into `out` at `to`. */
type BlockReader = (view: DataView, from: number, out: Float32Array, to: number) => void;

/** Codes of 4 bits: those of the block's first half in the low bits, those of the second in the high ones. */
const fourBits =
  (
    header: number,
    number: (view: DataView, from: number) => (code: number, at: number) => number,
  ): BlockReader =>
  (view, from, out, to) => {
    const value = number(view, from);
    for (let at = 0; at < 16; at++) {
      const codes = view.getUint8(from + header + at);
      out[to + at] = value(codes & 15, at);
      out[to + 16 + at] = value(codes >> 4, at + 16);
    }
  };

/** The fifth bits of a block, one a number. */
function fifthBits(view: DataView, at: number): (number: number) => number {
  const bits = view.getUint32(at, true);
  return (number) => ((bits >>> number) & 1) << 4;
}

const plain =
  (read: (view: DataView, from: number) => number): BlockReader =>
  (view, from, out, to) => {
    out[to] = read(view, from);
  };

const words = new Uint32Array(1);
const floats = new Float32Array(words.buffer);

/** ggml's formulas, d and m float16 (ggml-quants.c, dequantize_row_*). */
const blocks: Readonly<Record<TensorType, BlockReader>> = {
  F32: plain((view, from) => view.getFloat32(from, true)),
  F16: plain((view, from) => view.getFloat16(from, true)),
  BF16: plain((view, from) => {
    words[0] = view.getUint16(from, true) << 16;
    return floats[0]!;
  }),
  // d·q
  Q8_0: (view, from, out, to) => {
    const scale = view.getFloat16(from, true);
    for (let at = 0; at < 32; at++) out[to + at] = scale * view.getInt8(from + 2 + at);
  },
  // d·(q − 8)
  Q4_0: fourBits(2, (view, from) => {
    const scale = view.getFloat16(from, true);
    return (code) => scale * (code - 8);
  }),
  // d·q + m
  Q4_1: fourBits(4, (view, from) => {
    const [scale, least] = [view.getFloat16(from, true), view.getFloat16(from + 2, true)];
    return (code) => scale * code + least;
  }),
  // d·(q − 16)
  Q5_0: fourBits(6, (view, from) => {
    const [scale, high] = [view.getFloat16(from, true), fifthBits(view, from + 2)];
    return (code, at) => scale * ((code | high(at)) - 16);
  }),
  // d·q + m
  Q5_1: fourBits(8, (view, from) => {
    const [scale, least] = [view.getFloat16(from, true), view.getFloat16(from + 2, true)];
    const high = fifthBits(view, from + 4);
    return (code, at) => scale * (code | high(at)) + least;
  }),
  ...kQuants,
};

/** The numbers that stored bytes, whole blocks of them, stand for: float32, as ggml computes them. */
export function decodeTensor(bytes: Uint8Array, type: TensorType): Float32Array {
  const { block, bytes: size } = tensorTypes[type];
  if (type === 'F32') return new Float32Array(bytes.slice().buffer);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.byteLength / size;
  const out = new Float32Array(count * block);
  const read = blocks[type];
  for (let at = 0; at < count; at++) read(view, at * size, out, at * block);
  return out;
}
