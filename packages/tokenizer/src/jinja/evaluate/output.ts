import type { Budget } from '../budget.ts';

/** What statements print, put together at the end. */
export class Output {
  readonly #budget: Budget;
  readonly #parts: string[] = [];
  #length = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  write(text: string): void {
    if (text === '') return;
    this.#length += text.length;
    this.#budget.build(text.length);
    if (this.#length > this.#budget.limits.characters) this.#budget.build(this.#length);
    this.#parts.push(text);
  }

  /** Of what was written so far. */
  get length(): number {
    return this.#length;
  }

  toString(): string {
    return this.#parts.join('');
  }
}
