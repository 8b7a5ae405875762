/** GGUF version 3 (ggml-org/ggml docs/gguf.md), little-endian. */
export const ggufMagic = 0x46554747;
export const ggufVersion = 3;
/** Tensor data begin at multiples of this many bytes, counted from the start of the data. */
export const ggufAlignment = 32;

/** Numbers of the types of metadata that this engine reads and writes. */
export const valueTypes = {
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  string: 8,
  array: 9,
  u64: 10,
} as const;

export type MetadataValue =
  | { readonly type: 'u32'; readonly value: number }
  | { readonly type: 'i32'; readonly value: number }
  | { readonly type: 'f32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'u64'; readonly value: bigint }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'f32s'; readonly value: readonly number[] }
  | { readonly type: 'i32s'; readonly value: readonly number[] };

/** What a value of one type holds. */
export type MetadataContent<T extends MetadataValue['type']> = Extract<
  MetadataValue,
  { readonly type: T }
>['value'];

export type Metadata = ReadonlyMap<string, MetadataValue>;

/** How a tensor's numbers are stored, with ggml's number of the type. */
export const tensorTypes = { F32: 0, F16: 1, Q8_0: 8 } as const;
export type TensorType = keyof typeof tensorTypes;

/** A tensor in rows, as C order has it; the file names the sizes from the last one on. */
export type TensorPlace = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: TensorType;
};
