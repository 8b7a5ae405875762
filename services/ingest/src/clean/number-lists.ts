import { appendFileSync } from 'node:fs';
import { readAt } from '../row-numbers.ts';

/** Numbers in a piece; a longer list has one of its own. */
const pieceNumbers = 2 ** 18;
/** Pieces that stay in memory, the newest: lists are mostly compared with those just before them. */
const keptPieces = 4;

/** Lists of numbers, end to end in few large pieces, of which the older ones lie in a file. */
export type NumberLists = {
  /** Keeps a copy of the next list: the first is number 0. */
  add(numbers: Uint32Array): void;
  /** A list that was kept, to be read only, and before the next one is added. */
  list(place: number): Uint32Array;
  /** Gives its memory back at once: nothing is asked of it any more. */
  close(): void;
};

/** Lists of which memory holds some megabytes, and 16 bytes of each; the file's folder is there, and nothing stays open. */
export function createNumberLists(path: string): NumberLists {
  /** A piece that went to the file is undefined. */
  const pieces: (Uint32Array<ArrayBuffer> | undefined)[] = [];
  /** Of each piece the number with which it begins in the file. */
  const begins: number[] = [];
  let inFile = 0;
  /** Of each list its piece, its beginning there, and its length. */
  let places = new Uint32Array(3 * 1024);
  let count = 0;
  let used = 0;
  /** Puts the oldest piece in memory into the file, with what is beyond its last list; undefined where there are few. */
  const leave = (): Uint32Array<ArrayBuffer> | undefined => {
    const oldest = pieces.length - keptPieces;
    const leaving = pieces[oldest];
    if (leaving === undefined) return undefined;
    appendFileSync(path, new Uint8Array(leaving.buffer));
    begins[oldest] = inFile;
    inFile += leaving.length;
    pieces[oldest] = undefined;
    return leaving;
  };
  const begin = (size: number): void => {
    const left = leave();
    // Its memory serves again, instead of waiting to be collected.
    pieces.push(left?.length === size ? left : new Uint32Array(size));
    used = 0;
  };
  return {
    add(numbers) {
      const last = pieces.at(-1);
      if (last === undefined || used + numbers.length > last.length)
        begin(Math.max(pieceNumbers, numbers.length));
      (pieces.at(-1) as Uint32Array).set(numbers, used);
      if (3 * count === places.length) {
        const larger = new Uint32Array(2 * places.length);
        larger.set(places);
        places = larger;
      }
      const place = 3 * count++;
      places[place] = pieces.length - 1;
      places[place + 1] = used;
      places[place + 2] = numbers.length;
      used += numbers.length;
    },
    list(place) {
      const piece = places[3 * place] as number;
      const from = places[3 * place + 1] as number;
      const length = places[3 * place + 2] as number;
      const held = pieces[piece];
      if (held !== undefined) return held.subarray(from, from + length);
      const read = new Uint32Array(length);
      readAt(path, 4 * ((begins[piece] as number) + from), read);
      return read;
    },
    close() {
      for (const piece of pieces) piece?.buffer.transfer(0);
      places.buffer.transfer(0);
    },
  };
}
