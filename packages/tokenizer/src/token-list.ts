const firstTokens = 1024;
/** A longer list is given up once it was taken. */
const mostKept = 2 ** 20;

/** Tokens while they are gathered: in an array of numbers that is used again, since arrays that grow leave all their smaller ones behind. */
export class TokenList {
  #tokens = new Int32Array(firstTokens);
  #count = 0;

  get length(): number {
    return this.#count;
  }

  /** The token at a place, which there must be. */
  at(place: number): number {
    return this.#tokens[place]!;
  }

  /** The tokens from a place on, as long as nothing is added. */
  from(place: number): Int32Array {
    return this.#tokens.subarray(place, this.#count);
  }

  push(token: number): void {
    if (this.#count === this.#tokens.length) this.#grow(this.#count + 1);
    this.#tokens[this.#count++] = token;
  }

  /** Adds the numbers [from, to) of an array. */
  append(tokens: Int32Array, from: number, to: number): void {
    const count = this.#count + to - from;
    if (count > this.#tokens.length) this.#grow(count);
    const own = this.#tokens;
    for (let at = from, next = this.#count; at < to; at++) own[next++] = tokens[at]!;
    this.#count = count;
  }

  /** What was added since the last time, as an array of just that length. */
  take(): number[] {
    const taken = new Array<number>(this.#count);
    for (let at = 0; at < taken.length; at++) taken[at] = this.#tokens[at]!;
    this.clear();
    return taken;
  }

  /** The same as an array of numbers of 32 bits. */
  taken(): Int32Array<ArrayBuffer> {
    const taken = this.#tokens.slice(0, this.#count);
    this.clear();
    return taken;
  }

  clear(): void {
    this.#count = 0;
    if (this.#tokens.length > mostKept) this.#tokens = new Int32Array(firstTokens);
  }

  #grow(least: number): void {
    const larger = new Int32Array(Math.max(2 * this.#tokens.length, least));
    larger.set(this.#tokens.subarray(0, this.#count));
    this.#tokens = larger;
  }
}
