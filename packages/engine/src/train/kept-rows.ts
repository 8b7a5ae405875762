import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Where rows are: in memory, or so many bytes into the file. */
type Place = Float32Array | { readonly offset: number };

/**
 * Rows of numbers by what they belong to: in memory up to so many bytes, those beyond in a file that nobody else sees. It
 * has no name from the moment when it is open, so that a process which is killed leaves nothing behind.
 */
export class KeptRows<Key> {
  readonly #memoryBytes: number;
  readonly #folder: string;
  readonly #places = new Map<Key, Place>();
  #inMemory = 0;
  #inFile = 0;
  #file: FileHandle | undefined;

  constructor(memoryBytes: number, folder: string) {
    this.#memoryBytes = memoryBytes;
    this.#folder = folder;
  }

  has(key: Key): boolean {
    return this.#places.has(key);
  }

  /** Keeps a copy of the rows. Throws what the disk throws, and has then kept nothing. */
  async put(key: Key, rows: Float32Array): Promise<void> {
    if (this.#inMemory + rows.byteLength <= this.#memoryBytes) {
      this.#places.set(key, rows.slice());
      this.#inMemory += rows.byteLength;
      return;
    }
    this.#file ??= await openNameless(this.#folder);
    const bytes = bytesOf(rows);
    for (let at = 0; at < bytes.length; ) {
      const rest = bytes.length - at;
      at += (await this.#file.write(bytes, at, rest, this.#inFile + at)).bytesWritten;
    }
    this.#places.set(key, { offset: this.#inFile });
    this.#inFile += bytes.length;
  }

  /** Copies rows that are kept to `target`, which is as long as they are. */
  async read(key: Key, target: Float32Array): Promise<void> {
    const place = this.#places.get(key);
    if (place instanceof Float32Array) return target.set(place);
    if (place === undefined || this.#file === undefined)
      throw new RangeError('rows were asked for that are not kept');
    const bytes = bytesOf(target);
    for (let at = 0; at < bytes.length; ) {
      const rest = bytes.length - at;
      const { bytesRead } = await this.#file.read(bytes, at, rest, place.offset + at);
      if (bytesRead === 0) throw new Error('the file of kept rows ends too early');
      at += bytesRead;
    }
  }

  /** Gives memory and disk back. */
  async dispose(): Promise<void> {
    this.#places.clear();
    await this.#file?.close();
    this.#file = undefined;
  }
}

async function openNameless(folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `.kept-rows-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
