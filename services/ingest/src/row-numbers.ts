import { appendFileSync, closeSync, openSync, readSync } from 'node:fs';

/** Numbers by their place, as an array has them. */
export type Numbers = {
  readonly length: number;
  at(index: number): number | undefined;
  [Symbol.iterator](): Iterator<number>;
};

/** Numbers to which more are added. */
export type GrowingNumbers = Numbers & { push(value: number): void };

/** Numbers of a page, and pages of a file that are kept: rows are asked for one after another, or together with those beside them. */
const pageNumbers = 2048;
const keptPages = 4;

/**
 * Numbers in a file, one for each row, of which memory holds a few pages however many there are. The file, whose folder is there,
 * is made when the first page is full; nothing stays open. Reads and writes are of some kilobytes and wait for the
 * kernel's copy only.
 */
export function createRowNumbers(path: string): GrowingNumbers {
  const tail = new Float64Array(pageNumbers);
  const kept: { readonly page: number; readonly numbers: Float64Array }[] = [];
  let written = 0;
  let length = 0;
  const pageOf = (page: number): Float64Array => {
    if (page === written) return tail;
    const known = kept[page % keptPages];
    if (known?.page === page) return known.numbers;
    const numbers = known?.numbers ?? new Float64Array(pageNumbers);
    readAt(path, page * numbers.byteLength, numbers);
    kept[page % keptPages] = { page, numbers };
    return numbers;
  };
  const at = (index: number): number | undefined =>
    index < length && index >= 0
      ? pageOf(Math.floor(index / pageNumbers))[index % pageNumbers]
      : undefined;
  return {
    get length() {
      return length;
    },
    at,
    push(value) {
      tail[length++ % pageNumbers] = value;
      if (length % pageNumbers !== 0) return;
      appendFileSync(path, new Uint8Array(tail.buffer));
      written++;
    },
    // No generator, which could not become part of the loop that asks it: that would make objects for each number.
    [Symbol.iterator]() {
      let index = 0;
      return {
        next: () =>
          index < length
            ? { done: false, value: at(index++) as number }
            : { done: true, value: undefined },
      };
    },
  };
}

/** Fills an array with what stands in a file from that byte on. Throws where the file ends before. */
export function readAt(path: string, from: number, into: NodeJS.ArrayBufferView): void {
  const file = openSync(path, 'r');
  try {
    let read = 0;
    while (read < into.byteLength) {
      const length = into.byteLength - read;
      const more = readSync(file, into, { offset: read, length, position: from + read });
      if (more === 0) throw new RangeError(`${path} ends before byte ${from + into.byteLength}`);
      read += more;
    }
  } finally {
    closeSync(file);
  }
}
