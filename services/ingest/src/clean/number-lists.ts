/** Numbers in a piece; a longer list has one of its own. */
const pieceNumbers = 2 ** 18;

/** Lists of numbers, end to end in few large pieces: an array for each would take more memory than what it holds. */
export type NumberLists = {
  /** Keeps a copy of the next list: the first is number 0. */
  add(numbers: Uint32Array): void;
  /** A view on a list that was kept. */
  list(place: number): Uint32Array;
};

export function createNumberLists(): NumberLists {
  const pieces: Uint32Array[] = [];
  /** Of each list its piece, its beginning there, and its length. */
  let places = new Uint32Array(3 * 1024);
  let count = 0;
  let used = 0;
  return {
    add(numbers) {
      const last = pieces.at(-1);
      if (last === undefined || used + numbers.length > last.length) {
        pieces.push(new Uint32Array(Math.max(pieceNumbers, numbers.length)));
        used = 0;
      }
      (pieces.at(-1) as Uint32Array).set(numbers, used);
      if (3 * count === places.length) {
        const larger = new Uint32Array(2 * places.length);
        larger.set(places);
        places = larger;
      }
      places.set([pieces.length - 1, used, numbers.length], 3 * count++);
      used += numbers.length;
    },
    list(place) {
      const [piece = 0, from = 0, length = 0] = places.subarray(3 * place, 3 * place + 3);
      return (pieces[piece] as Uint32Array).subarray(from, from + length);
    },
  };
}
