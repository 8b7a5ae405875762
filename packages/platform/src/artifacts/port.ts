import type { FileHandle } from 'node:fs/promises';
import type { StoreDamage } from '@lathe/contracts/error';

/** What is known about an object without reading it. */
export type ObjectStat = {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedMs: number;
};
/** Written bytes and their digest in hexadecimal. */
export type PutResult = { readonly bytes: number; readonly sha256: string };
/** Bytes, or pieces of them, each of which need only be good until the next is asked for. */
export type ByteSource = AsyncIterable<Uint8Array> | readonly Uint8Array[] | Uint8Array;
export type PutOptions = {
  /** Refuse a source that is longer, in bytes. */
  readonly maxBytes?: number;
};
/** An object that is written piece by piece. One that is neither finished nor abandoned is swept away later. */
export type ObjectWriter = {
  /** Adds a piece, which need only be good until this resolves. Only one at a time. */
  write(piece: Uint8Array): Promise<void>;
  /** Stores the object as `put` does. */
  finish(): Promise<PutResult>;
  /** Leaves nothing of it; does nothing once it is finished. */
  abandon(): Promise<void>;
};
/** Bytes from `start` (included, default 0) to `end` (not included, default the object's length). */
export type ByteRange = { readonly start?: number; readonly end?: number };

export type ArtifactProblem =
  | 'not_found'
  | 'damaged'
  | 'too_large'
  | 'bad_key'
  | 'unsupported'
  /** The store cannot be reached, or not now; a later try may succeed. */
  | 'unavailable'
  /** It does not accept our key. */
  | 'denied'
  | 'full';

/** A failure that the caller may want to tell apart; anything else is an I/O error of the store. */
export class ArtifactError extends Error implements StoreDamage {
  readonly problem: ArtifactProblem;
  readonly isStoreDamage: boolean;

  constructor(problem: ArtifactProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ArtifactError';
    this.problem = problem;
    this.isStoreDamage = problem === 'damaged' || problem === 'not_found';
  }
}

/**
 * Whether an operation failed because the store is away: it left nothing, and who asks for a deletion waits as long again.
 * @example isStoreAway(new ArtifactError('unavailable', 'the store is away')); // true
 */
export function isStoreAway(error: unknown): boolean {
  return error instanceof ArtifactError && error.problem === 'unavailable';
}

/**
 * Where large things lie: uploads, token shards, checkpoints, reports. Keys are parts of letters,
 * digits, `.`, `-` and `_` joined by `/`, made by contracts/artifact/key.ts. Everything streams:
 * memory does not grow with an object's size. An object is there whole or not at all.
 * @example for await (const piece of artifacts.get('p/default/files/file-4f…')) console.log(piece.length);
 */
export interface ArtifactStore {
  /**
   * Stores an object, replacing one of the same key in one step. When the source fails or is longer
   * than `maxBytes` (`too_large`), nothing changes. Resolves when the bytes are durable.
   */
  put(key: string, source: ByteSource, options?: PutOptions): Promise<PutResult>;
  /**
   * Begins an object whose pieces come by and by, of which nothing is seen before it is finished. Only where one that is
   * open keeps no memory and no connection.
   */
  begin?(key: string): Promise<ObjectWriter>;
  /** The object's bytes, or a range of them. Throws `not_found` at the first read. */
  get(key: string, range?: ByteRange): AsyncIterable<Uint8Array>;
  /**
   * Opens an object to be read in any order; null when there is none. It stays as it was when the object is replaced or deleted
   * meanwhile. Only where objects are files of this machine.
   */
  open?(key: string): Promise<FileHandle | null>;
  /** Size and time, or null when there is no such object. */
  stat(key: string): Promise<ObjectStat | null>;
  /** Every object whose key lies in the folder `prefix` (`` for all), in no promised order. */
  list(prefix: string): AsyncIterable<ObjectStat>;
  /** Removes an object; a missing one is fine. */
  delete(key: string): Promise<void>;
  /** Removes every object in the folder `prefix`, which must not be empty. */
  deletePrefix(prefix: string): Promise<void>;
  /** An address from which the object can be read without a key for so long. Throws `unsupported` where there is none. */
  presign(key: string, lifetimeSeconds: number): Promise<string>;
}

const part = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,200}$/;

/** The key's parts. Throws `bad_key` for anything that could mean more than a name in a folder. */
export function keyParts(key: string): string[] {
  const parts = key.split('/');
  for (const text of parts)
    if (!part.test(text))
      throw new ArtifactError('bad_key', `"${key.slice(0, 200)}" cannot be an artifact key`);
  if (key.length > 900) throw new ArtifactError('bad_key', 'an artifact key has 900 characters');
  return parts;
}
