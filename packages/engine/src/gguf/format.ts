/** GGUF version 3 (ggml-org/ggml docs/gguf.md), little-endian; version 2 has the same layout. */
export const ggufMagic = 0x46554747;
export const ggufVersion = 3;
export const readVersions: readonly number[] = [2, 3];
/** Tensor data begin at multiples of this many bytes, unless `general.alignment` says otherwise. */
export const ggufAlignment = 32;

/** Numbers of the types of metadata. */
export const valueTypes = {
  u8: 0,
  i8: 1,
  u16: 2,
  i16: 3,
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  string: 8,
  array: 9,
  u64: 10,
  i64: 11,
  f64: 12,
} as const;

type NumberType = 'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'f32' | 'f64';

/** `numbers` is an array of any type but float32 and int32, truth values as 0 and 1. */
export type MetadataValue =
  | { readonly type: NumberType; readonly value: number }
  | { readonly type: 'u64' | 'i64'; readonly value: bigint }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'f32s' | 'i32s' | 'numbers'; readonly value: readonly number[] };

export type Metadata = ReadonlyMap<string, MetadataValue>;

/** What llama.cpp calls kinds of tokens. */
export const tokenTypes = {
  normal: 1,
  unknown: 2,
  control: 3,
  userDefined: 4,
  unused: 5,
  byte: 6,
} as const;

/** A tensor in rows, as C order has it; the file names the sizes from the last one on. */
export type TensorPlace = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: TensorType;
};

type Storage = {
  /** ggml's number of the type. */
  readonly code: number;
  /** Numbers that are stored together, and the bytes that they take. */
  readonly block: number;
  readonly bytes: number;
};

/** How a tensor's numbers are stored. */
export const tensorTypes = {
  F32: { code: 0, block: 1, bytes: 4 },
  F16: { code: 1, block: 1, bytes: 2 },
  BF16: { code: 30, block: 1, bytes: 2 },
  Q8_0: { code: 8, block: 32, bytes: 34 },
  Q4_0: { code: 2, block: 32, bytes: 18 },
  Q4_1: { code: 3, block: 32, bytes: 20 },
  Q5_0: { code: 6, block: 32, bytes: 22 },
  Q5_1: { code: 7, block: 32, bytes: 24 },
  Q2_K: { code: 10, block: 256, bytes: 84 },
  Q3_K: { code: 11, block: 256, bytes: 110 },
  Q4_K: { code: 12, block: 256, bytes: 144 },
  Q5_K: { code: 13, block: 256, bytes: 176 },
  Q6_K: { code: 14, block: 256, bytes: 210 },
} as const satisfies Readonly<Record<string, Storage>>;
export type TensorType = keyof typeof tensorTypes;

/** Types of ggml that are known by name and not read. */
export const unreadTypes: Readonly<Record<number, string>> = {
  9: 'Q8_1',
  15: 'Q8_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  20: 'IQ4_NL',
  21: 'IQ3_S',
  22: 'IQ2_S',
  23: 'IQ4_XS',
  24: 'I8',
  25: 'I16',
  26: 'I32',
  27: 'I64',
  28: 'F64',
  29: 'IQ1_M',
  34: 'TQ1_0',
  35: 'TQ2_0',
  39: 'MXFP4',
};

/** Bytes that so many numbers take. */
export function storedBytes(type: TensorType, count: number): number {
  const { block, bytes } = tensorTypes[type];
  return (count / block) * bytes;
}
