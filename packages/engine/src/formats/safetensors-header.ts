import { CheckpointError } from './error.ts';
import { deepest, findDuplicateKey, nestingDepth } from './json-text.ts';

/** Bytes of one element, by the dtype names of the safetensors format. */
const byteSize = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
} as const;

type TensorDtype = keyof typeof byteSize;

/** Where one tensor lies on disk; data is little-endian and in C order. */
export type TensorEntry = {
  name: string;
  dtype: TensorDtype;
  shape: readonly number[];
  file: string;
  /** Bytes from the start of the file. */
  offset: number;
  byteLength: number;
};

/** Headers above this length are refused before they are read, as the reference reader does. */
export const maxHeaderBytes = 100_000_000;

export type SafetensorsHeader = {
  tensors: ReadonlyMap<string, TensorEntry>;
  metadata: Readonly<Record<string, string>>;
};

/**
 * Parses the JSON header of a safetensors file whose data part has `dataBytes` bytes.
 * Throws CheckpointError unless the tensors tile the data part exactly.
 */
export function parseHeader(file: string, json: Uint8Array, dataBytes: number): SafetensorsHeader {
  const header = parseObject(file, json);
  const dataStart = 8 + json.byteLength;
  const tensors = new Map<string, TensorEntry>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') metadata = parseMetadata(file, value);
    else tensors.set(name, parseEntry({ file, name, value, dataStart, dataBytes }));
  }
  checkTiling(file, [...tensors.values()], dataStart, dataBytes);
  return { tensors, metadata };
}

function parseObject(file: string, json: Uint8Array): Record<string, unknown> {
  if (json[0] !== 0x7b) throw new CheckpointError(file, 'its header does not start with "{"');
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(json);
    value = JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError(file, `its header is not UTF-8 JSON (${(cause as Error).message})`);
  }
  if (nestingDepth(text) > deepest)
    throw new CheckpointError(file, `its header nests deeper than ${deepest} levels`);
  const duplicate = findDuplicateKey(text);
  if (duplicate !== undefined) {
    throw new CheckpointError(file, `its header names ${JSON.stringify(duplicate)} twice`);
  }
  return value as Record<string, unknown>;
}

function parseMetadata(file: string, value: unknown): Record<string, string> {
  const isStrings =
    isObject(value) && Object.values(value).every((entry) => typeof entry === 'string');
  if (!isStrings) throw new CheckpointError(file, '__metadata__ must map strings to strings');
  return value as Record<string, string>;
}

type EntrySource = {
  file: string;
  name: string;
  value: unknown;
  dataStart: number;
  dataBytes: number;
};

function parseEntry({ file, name, value, dataStart, dataBytes }: EntrySource): TensorEntry {
  const fail = (problem: string): never => {
    throw new CheckpointError(file, problem, name);
  };
  if (!isObject(value)) return fail('its header entry is not an object');
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(byteSize, dtype)) {
    return fail(`unknown dtype ${JSON.stringify(dtype)}`);
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    return fail(`shape must be a list of whole numbers, not ${JSON.stringify(shape)}`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    return fail(`data_offsets must be two whole numbers, not ${JSON.stringify(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > dataBytes) {
    return fail(
      `data_offsets [${begin}, ${end}] lie outside the ${dataBytes} data bytes of the file`,
    );
  }
  const expected =
    shape.reduce((size: number, side: number) => size * side, 1) * byteSize[dtype as TensorDtype];
  if (end - begin !== expected) {
    return fail(
      `${dtype} of shape [${shape.join(', ')}] needs ${expected} bytes, not ${end - begin}`,
    );
  }
  const offset = dataStart + begin;
  return { name, dtype: dtype as TensorDtype, shape, file, offset, byteLength: expected };
}

/** Holes would smuggle bytes and overlaps would alias weights, so the format allows neither. */
function checkTiling(file: string, tensors: TensorEntry[], start: number, dataBytes: number): void {
  tensors.sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength);
  let next = start;
  for (const { name, offset, byteLength } of tensors) {
    if (offset < next) throw new CheckpointError(file, 'it overlaps the tensor before it', name);
    if (offset > next) {
      throw new CheckpointError(file, `${offset - next} bytes before it belong to no tensor`, name);
    }
    next = offset + byteLength;
  }
  const left = start + dataBytes - next;
  if (left !== 0) throw new CheckpointError(file, `its last ${left} bytes belong to no tensor`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** One tensor to be placed in a new file. */
export type TensorPlan = { name: string; dtype: TensorDtype; shape: readonly number[] };

/** Bytes that a tensor takes on disk. */
export function tensorBytes({ dtype, shape }: Pick<TensorPlan, 'dtype' | 'shape'>): number {
  return shape.reduce((size, side) => size * side, byteSize[dtype]);
}

/**
 * The length prefix and header for `tensors`, and the order in which their data must follow: widest
 * dtype first and then by name, so that every tensor is aligned. The data part starts at a multiple of 8.
 */
export function buildHeader<T extends TensorPlan>(
  tensors: readonly T[],
  metadata: Readonly<Record<string, string>>,
): { bytes: Uint8Array; order: T[] } {
  const order = [...tensors].sort(
    (a, b) => byteSize[b.dtype] - byteSize[a.dtype] || (a.name < b.name ? -1 : 1),
  );
  let end = 0;
  const entries: [string, unknown][] = [['__metadata__', metadata]];
  for (const tensor of order) {
    const begin = end;
    end += tensorBytes(tensor);
    const { name, dtype, shape } = tensor;
    entries.push([name, { dtype, shape, data_offsets: [begin, end] }]);
  }
  const text = `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
  const json = Buffer.from(text);
  const padded = Math.ceil(json.byteLength / 8) * 8;
  const bytes = Buffer.alloc(8 + padded, ' ');
  bytes.writeBigUInt64LE(BigInt(padded), 0);
  json.copy(bytes, 8);
  return { bytes, order };
}
