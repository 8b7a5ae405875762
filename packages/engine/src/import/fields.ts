import { CheckpointError, UnsupportedModelError } from '../formats/error.ts';
import type { GgufFile } from '../gguf/read.ts';

/** Reads values off a file's metadata by key, each of the type that is asked for. */
export type Fields = {
  /** Undefined where the file has no such key. Throws CheckpointError for a value of another type. */
  integer(key: string): number | undefined;
  number(key: string): number | undefined;
  flag(key: string): boolean | undefined;
  text(key: string): string | undefined;
  texts(key: string): readonly string[] | undefined;
  numbers(key: string): readonly number[] | undefined;
  /** What was found. Throws CheckpointError, naming the key, where that is nothing. */
  need<T>(key: string, found: T | undefined): T;
};

/** The metadata of a GGUF file. */
export function fieldsOf({ path, metadata }: GgufFile): Fields {
  const refuse = (key: string, wanted: string): never => {
    const found = metadata.get(key)!;
    const many = Array.isArray(found.value) ? 'a list' : JSON.stringify(String(found.value));
    throw new CheckpointError(path, `${key} is ${many}, not ${wanted}`);
  };
  const number = (key: string): number | undefined => {
    const found = metadata.get(key)?.value;
    if (found === undefined) return undefined;
    const value = typeof found === 'bigint' ? Number(found) : found;
    return typeof value === 'number' && Number.isFinite(value) ? value : refuse(key, 'a number');
  };
  return {
    number,
    integer(key) {
      const value = number(key);
      return value === undefined || Number.isSafeInteger(value)
        ? value
        : refuse(key, 'a whole number');
    },
    flag(key) {
      const found = metadata.get(key);
      if (found === undefined) return undefined;
      return found.type === 'bool' ? found.value : refuse(key, 'a truth value');
    },
    text(key) {
      const found = metadata.get(key);
      if (found === undefined) return undefined;
      return found.type === 'string' ? found.value : refuse(key, 'a text');
    },
    texts(key) {
      const found = metadata.get(key);
      if (found === undefined) return undefined;
      return found.type === 'strings' ? found.value : refuse(key, 'a list of texts');
    },
    numbers(key) {
      const found = metadata.get(key);
      if (found === undefined) return undefined;
      if (found.type === 'f32s' || found.type === 'i32s' || found.type === 'numbers')
        return found.value;
      return refuse(key, 'a list of numbers');
    },
    need(key, found) {
      if (found === undefined) throw new CheckpointError(path, `lacks ${key}`);
      return found;
    },
  };
}

/** A float32 as people write it: the shortest decimal that is rounded to it, 1e-5 for 9.99999975e-6. */
export function shortest(value: number): number {
  const single = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return short;
  }
  return Number(single.toPrecision(9));
}

/** Throws UnsupportedModelError where the file has a key that asks for something else than `without` it. */
export function refuseKey(
  { path }: GgufFile,
  { key, found, without }: { key: string; found: unknown; without: unknown },
): void {
  if (found !== undefined && found !== without)
    throw new UnsupportedModelError(
      path,
      key,
      `is ${JSON.stringify(found)}, which is not computed`,
    );
}
