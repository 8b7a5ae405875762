import type { Budget } from '../budget.ts';
import { toText } from '../text/print.ts';
import { Said, type Value } from '../value/value.ts';

/** What statements print, put together at the end. */
export class Output {
  readonly #budget: Budget;
  readonly #parts: string[] = [];
  #length = 0;
  #unknown: Said['unknown'] | undefined;

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

  /** Writes a value as it is printed. */
  print(value: Value): void {
    if (value instanceof Said) {
      this.#unknown = value.unknown;
      this.write(value.text);
    } else this.write(toText(value));
  }

  /** What was written, as a value. */
  value(): Value {
    const text = this.toString();
    return this.#unknown === undefined ? text : new Said(text, this.#unknown);
  }

  /** Of what was written so far. */
  get length(): number {
    return this.#length;
  }

  toString(): string {
    return this.#parts.join('');
  }
}
