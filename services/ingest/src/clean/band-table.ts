import { bandCount } from './minhash.ts';
import { mix } from './words.ts';

const firstPlaces = 1024;

/** Which texts have which bands: chains of a hash table, in 14 × 12 to 20 bytes a text. */
export type BandTable = {
  /** Keeps the bands of the next text: the first is number 0. */
  add(bands: Uint32Array): void;
  /** Numbers of the texts with one of the bands, each once, at most so many: the newest of each band first. */
  find(bands: Uint32Array, most: number): Set<number>;
};

export function createBandTable(): BandTable {
  let texts = 0;
  let keys = new Uint32Array(firstPlaces * bandCount);
  let next = new Int32Array(firstPlaces * bandCount);
  let heads = new Int32Array(firstPlaces * bandCount);
  const slotOf = (key: number, band: number): number =>
    mix(key ^ Math.imul(band + 1, 0x9e3779b9)) % heads.length;
  const link = (entry: number): void => {
    const slot = slotOf(keys[entry] as number, entry % bandCount);
    next[entry] = heads[slot] as number;
    heads[slot] = entry + 1;
  };
  const grow = (): void => {
    const larger = keys.length * 2;
    const before = keys;
    keys = new Uint32Array(larger);
    keys.set(before);
    next = new Int32Array(larger);
    heads = new Int32Array(larger);
    for (let entry = 0; entry < before.length; entry++) link(entry);
  };
  return {
    add(bands) {
      const start = texts * bandCount;
      if (start === keys.length) grow();
      keys.set(bands, start);
      for (let entry = start; entry < start + bandCount; entry++) link(entry);
      texts++;
    },
    find(bands, most) {
      const found = new Set<number>();
      for (let band = 0; band < bandCount; band++) {
        const key = bands[band] as number;
        let entry = (heads[slotOf(key, band)] as number) - 1;
        for (; entry >= 0; entry = (next[entry] as number) - 1) {
          if (keys[entry] !== key || entry % bandCount !== band) continue;
          if (found.size >= most) return found;
          found.add(Math.floor(entry / bandCount));
        }
      }
      return found;
    },
  };
}
