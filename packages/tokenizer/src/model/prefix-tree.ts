/** A trie over UTF-16 units in one hash table from (node, unit) to node, with a value at some nodes. */
export class PrefixTree {
  #mask = 1023;
  #keys = new Float64Array(1024).fill(-1);
  #nodes = new Int32Array(1024);
  #values: number[] = [-1];

  constructor(entries: Iterable<readonly [text: string, value: number]>) {
    for (const [text, value] of entries) {
      let node = 0;
      for (let i = 0; i < text.length; i++) {
        const unit = text.charCodeAt(i);
        const next = this.step(node, unit);
        node = next < 0 ? this.#add(node, unit) : next;
      }
      this.#values[node] = value;
    }
  }

  /** The child of `node` for a unit; -1 where there is none. The root is 0. */
  step(node: number, unit: number): number {
    const slot = this.#slot(node * 65536 + unit, node, unit);
    return this.#keys[slot] === -1 ? -1 : this.#nodes[slot]!;
  }

  /** The value of the text that leads to `node` (zero or more); -1 where none ends. */
  value(node: number): number {
    return this.#values[node]!;
  }

  #slot(key: number, node: number, unit: number): number {
    let at = Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b);
    at = (at ^ (at >>> 15)) & this.#mask;
    while (this.#keys[at] !== -1 && this.#keys[at] !== key) at = (at + 1) & this.#mask;
    return at;
  }

  #add(node: number, unit: number): number {
    if (this.#values.length * 2 > this.#mask) this.#grow();
    const key = node * 65536 + unit;
    const slot = this.#slot(key, node, unit);
    this.#keys[slot] = key;
    this.#nodes[slot] = this.#values.length;
    return this.#values.push(-1) - 1;
  }

  #grow(): void {
    const keys = this.#keys;
    const nodes = this.#nodes;
    const size = keys.length * 4;
    this.#mask = size - 1;
    this.#keys = new Float64Array(size).fill(-1);
    this.#nodes = new Int32Array(size);
    keys.forEach((key, i) => {
      if (key === -1) return;
      const slot = this.#slot(key, Math.floor(key / 65536), key % 65536);
      this.#keys[slot] = key;
      this.#nodes[slot] = nodes[i]!;
    });
  }
}
