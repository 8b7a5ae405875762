import { open } from 'node:fs/promises';
import { CheckpointError } from '../formats/error.ts';
import { fileStatus } from '../formats/file-status.ts';
import { decodeTensor } from './dequantize.ts';
import {
  ggufAlignment,
  ggufMagic,
  type Metadata,
  type MetadataValue,
  readVersions,
  storedBytes,
  type TensorPlace,
  tensorTypes,
} from './format.ts';
import { HeaderReader } from './header-reader.ts';
import { type PlacedTensor, readTensorPlace, readValue } from './read-values.ts';

export type GgufFile = {
  readonly path: string;
  readonly metadata: Metadata;
  readonly tensors: ReadonlyMap<string, TensorPlace>;
  /** The numbers of a tensor. Throws CheckpointError for a name that the file lacks. */
  read(name: string): Promise<Float32Array>;
  /** The same, in pieces of whole rows, so that a large tensor needs little memory. */
  pieces(name: string): AsyncGenerator<Float32Array>;
};

/** Numbers of a tensor that are held at a time. */
const pieceNumbers = 2 ** 22;

/**
 * Opens a GGUF file of version 2 or 3 and reads what stands before the weights. Every count, length, shape and place
 * is held against the size of the file first. Throws CheckpointError, naming the key or tensor, for a file that is cut
 * short or does not hold together, or that holds a type which is not read.
 */
export async function readGguf(file: string): Promise<GgufFile> {
  const { size } = await fileStatus(file);
  await using handle = await open(file);
  const reader = new HeaderReader(file, handle.fd, size);
  if (size < 24 || reader.u32() !== ggufMagic)
    throw new CheckpointError(file, 'is not a GGUF file');
  const version = reader.u32();
  if (!readVersions.includes(version))
    throw new CheckpointError(
      file,
      version % 2 ** 16 === 0 ? 'is big-endian' : `is of GGUF version ${version}; read are 2 and 3`,
    );
  const [tensorCount, valueCount] = [reader.u64(), reader.u64()];
  reader.expect(valueCount, 12, 'entries of metadata');
  reader.expect(tensorCount, 32, 'tensors');
  const metadata = new Map<string, MetadataValue>();
  for (let at = 0; at < valueCount; at++) {
    const key = reader.text();
    if (metadata.has(key)) throw new CheckpointError(file, `has ${key} twice`);
    metadata.set(key, readValue(reader, key));
  }
  const tensors = new Map<string, PlacedTensor>();
  for (let at = 0; at < tensorCount; at++) {
    const tensor = readTensorPlace(reader);
    if (tensors.has(tensor.name)) throw new CheckpointError(file, 'is there twice', tensor.name);
    tensors.set(tensor.name, tensor);
  }
  const alignment = alignmentOf(file, metadata);
  const start = Math.ceil(reader.at / alignment) * alignment;
  checkPlaces(file, [...tensors.values()], { alignment, room: size - start });
  const known = (name: string): PlacedTensor => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new CheckpointError(file, 'is missing', name);
    return tensor;
  };
  async function* pieces(name: string): AsyncGenerator<Float32Array> {
    const tensor = known(name);
    const columns = tensor.shape.at(-1)!;
    const rows = elements(tensor) / columns;
    const step = Math.max(1, Math.floor(pieceNumbers / columns));
    await using source = await open(file);
    for (let row = 0; row < rows; row += step) {
      const count = Math.min(step, rows - row) * columns;
      const bytes = new Uint8Array(storedBytes(tensor.type, count));
      const from = start + tensor.offset + storedBytes(tensor.type, row * columns);
      const { bytesRead } = await source.read(bytes, 0, bytes.length, from);
      if (bytesRead !== bytes.length) throw new CheckpointError(file, 'is cut short', name);
      yield decodeTensor(bytes, tensor.type);
    }
  }
  return {
    path: file,
    metadata,
    tensors,
    pieces,
    async read(name) {
      const whole = new Float32Array(elements(known(name)));
      let done = 0;
      for await (const piece of pieces(name)) {
        whole.set(piece, done);
        done += piece.length;
      }
      return whole;
    },
  };
}

function alignmentOf(file: string, metadata: Metadata): number {
  const given = metadata.get('general.alignment');
  if (given === undefined) return ggufAlignment;
  if (given.type !== 'u32' || given.value % 8 !== 0 || given.value === 0 || given.value > 2 ** 16)
    throw new CheckpointError(file, `general.alignment is ${given.value}`);
  return given.value;
}

/** Throws CheckpointError where a tensor lies beside the data, or two lie on each other. */
function checkPlaces(
  file: string,
  tensors: readonly PlacedTensor[],
  { alignment, room }: { readonly alignment: number; readonly room: number },
): void {
  let end = 0;
  for (const tensor of tensors.toSorted((one, two) => one.offset - two.offset)) {
    const { name, offset, type } = tensor;
    if (offset % alignment !== 0)
      throw new CheckpointError(file, `begins at ${offset}, no multiple of ${alignment}`, name);
    if (offset < end) throw new CheckpointError(file, 'lies on another tensor', name);
    end = offset + storedBytes(type, elements(tensor));
    if (end > room) throw new CheckpointError(file, 'lies past the end of the file', name);
  }
}

function elements({ shape }: TensorPlace): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** How many tensors are stored in each type, for people to read: `210 × Q4_1, 61 × F32`. */
export function describeTypes({ tensors }: GgufFile): string {
  const counts = new Map<string, number>();
  for (const { type } of tensors.values()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts]
    .toSorted(([, one], [, two]) => two - one)
    .map(([type, count]) => `${count} × ${type}`)
    .join(', ');
}

/** Whether a tensor is stored in blocks that share a scale. */
export function isQuantised({ type }: TensorPlace): boolean {
  return tensorTypes[type].block > 1;
}
