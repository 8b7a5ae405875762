/** Writes the numbers of the block of 256 at byte `from` into `out` at `to`. */
type SuperBlockReader = (view: DataView, from: number, out: Float32Array, to: number) => void;

/**
 * Scale and minimum `at` of the eight pairs of 6 bits that 12 bytes hold, as Q4_K and Q5_K pack them: the first four
 * stand in low bits of their own bytes, the others in 4 bits behind and in the high bits of the first ones.
 */
function scaleAndMinimum(view: DataView, from: number, at: number): readonly [number, number] {
  const byte = (index: number): number => view.getUint8(from + index);
  if (at < 4) return [byte(at) & 63, byte(at + 4) & 63];
  return [
    (byte(at + 4) & 15) | ((byte(at - 4) >> 6) << 4),
    (byte(at + 4) >> 4) | ((byte(at) >> 6) << 4),
  ];
}

/** Scale `at` of the sixteen of 6 bits that 12 bytes hold, as Q3_K packs them; 32 stands for 0. */
function sixBitScale(view: DataView, from: number, at: number): number {
  const low = view.getUint8(from + (at % 8));
  const high = view.getUint8(from + 8 + (at % 4));
  return (((at < 8 ? low : low >> 4) & 15) | (((high >> (2 * (at >> 2))) & 3) << 4)) - 32;
}

/** d·scale·q − dmin·minimum, for groups of 32; `fifth` is where the fifth bits stand, 0 for none. */
const groupsOf32 =
  (codesAt: number, fifthAt: number): SuperBlockReader =>
  (view, from, out, to) => {
    const [d, dMin] = [view.getFloat16(from, true), view.getFloat16(from + 2, true)];
    for (let group = 0; group < 8; group++) {
      const [scale, minimum] = scaleAndMinimum(view, from + 4, group);
      const [step, least] = [d * scale, dMin * minimum];
      // Two groups share 32 bytes: the first has the low bits.
      const codes = from + codesAt + 32 * (group >> 1);
      for (let at = 0; at < 32; at++) {
        const low = (view.getUint8(codes + at) >> (4 * (group & 1))) & 15;
        const fifth = fifthAt === 0 ? 0 : ((view.getUint8(from + fifthAt + at) >> group) & 1) << 4;
        out[to + 32 * group + at] = step * (low | fifth) - least;
      }
    }
  };

/** ggml's K-quants: blocks of 256 whose groups have scales of their own (ggml-quants.c, dequantize_row_*_K). */
export const kQuants = {
  // d·scale·q − dmin·minimum, groups of 16, codes of 2 bits.
  Q2_K: (view, from, out, to) => {
    const [d, dMin] = [view.getFloat16(from + 80, true), view.getFloat16(from + 82, true)];
    for (let group = 0; group < 16; group++) {
      const packed = view.getUint8(from + group);
      const [step, least] = [d * (packed & 15), dMin * (packed >> 4)];
      const codes = from + 16 + 32 * (group >> 3) + 16 * (group & 1);
      const shift = 2 * ((group >> 1) & 3);
      for (let at = 0; at < 16; at++)
        out[to + 16 * group + at] = step * ((view.getUint8(codes + at) >> shift) & 3) - least;
    }
  },
  // d·scale·(q − 4), groups of 16, codes of 2 bits and a third apart.
  Q3_K: (view, from, out, to) => {
    const d = view.getFloat16(from + 108, true);
    for (let group = 0; group < 16; group++) {
      const step = d * sixBitScale(view, from + 96, group);
      const codes = from + 32 + 32 * (group >> 3) + 16 * (group & 1);
      const shift = 2 * ((group >> 1) & 3);
      for (let at = 0; at < 16; at++) {
        const low = (view.getUint8(codes + at) >> shift) & 3;
        const third = (view.getUint8(from + 16 * (group & 1) + at) >> (group >> 1)) & 1;
        out[to + 16 * group + at] = step * (low - (third === 1 ? 0 : 4));
      }
    }
  },
  Q4_K: groupsOf32(16, 0),
  Q5_K: groupsOf32(48, 16),
  // d·scale·(q − 32), groups of 16, codes of 4 bits and two more apart.
  Q6_K: (view, from, out, to) => {
    const d = view.getFloat16(from + 208, true);
    for (let group = 0; group < 16; group++) {
      const step = d * view.getInt8(from + 192 + group);
      const half = group >> 3;
      // Of a half's 128 numbers, four quarters of 32: low bits of the first two, high bits of the others.
      const quarter = (group >> 1) & 3;
      const codes = from + 64 * half + 32 * (quarter & 1) + 16 * (group & 1);
      const highs = from + 128 + 32 * half + 16 * (group & 1);
      for (let at = 0; at < 16; at++) {
        const low = (view.getUint8(codes + at) >> (quarter < 2 ? 0 : 4)) & 15;
        const high = (view.getUint8(highs + at) >> (2 * quarter)) & 3;
        out[to + 16 * group + at] = step * ((low | (high << 4)) - 32);
      }
    }
  },
} as const satisfies Readonly<Record<string, SuperBlockReader>>;
