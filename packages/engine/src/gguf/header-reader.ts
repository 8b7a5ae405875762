import { readSync } from 'node:fs';
import { CheckpointError } from '../formats/error.ts';

const windowBytes = 2 ** 20;
/** Metadata and places of tensors may take this much; vocabularies of 262,144 tokens take some 12 MB. */
const maxHeaderBytes = 2 ** 28;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Takes values off the head of a file, one after another, through a small window. Throws CheckpointError at its end. */
export class HeaderReader {
  readonly file: string;
  readonly #descriptor: number;
  readonly #size: number;
  #window: Buffer = Buffer.alloc(0);
  #windowAt = 0;
  /** Bytes taken so far. */
  at = 0;

  constructor(file: string, descriptor: number, size: number) {
    this.file = file;
    this.#descriptor = descriptor;
    this.#size = size;
  }

  /** Throws unless `count` things of at least `bytes` each can still follow; `what` names them. */
  expect(count: number, bytes: number, what: string): void {
    if (count * bytes > Math.min(this.#size, maxHeaderBytes) - this.at)
      throw new CheckpointError(this.file, `${what}: ${count} do not fit in the header`);
  }

  u32(): number {
    return this.take(4).readUInt32LE();
  }

  /** A length, count or offset. */
  u64(): number {
    const value = this.take(8).readBigUInt64LE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new CheckpointError(this.file, `a size of ${value} is not plausible`);
    return Number(value);
  }

  text(): string {
    const length = this.u64();
    const bytes = this.take(length);
    try {
      return utf8.decode(bytes);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new CheckpointError(this.file, `the text before byte ${this.at} is not UTF-8`);
    }
  }

  /** The next bytes, which hold until the next call. */
  take(count: number): Buffer {
    if (count > Math.min(this.#size, maxHeaderBytes) - this.at)
      throw new CheckpointError(this.file, 'the header is cut short');
    if (this.at + count > this.#windowAt + this.#window.byteLength) this.#refill(count);
    const from = this.at - this.#windowAt;
    this.at += count;
    return this.#window.subarray(from, from + count);
  }

  #refill(count: number): void {
    const next = Buffer.alloc(Math.min(Math.max(count, windowBytes), this.#size - this.at));
    for (let done = 0; done < next.byteLength; ) {
      const read = readSync(this.#descriptor, next, done, next.byteLength - done, this.at + done);
      if (read === 0) throw new CheckpointError(this.file, 'the file shrank while it was read');
      done += read;
    }
    this.#window = next;
    this.#windowAt = this.at;
  }
}
