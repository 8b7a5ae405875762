/**
 * A number as it is written in a JSON text, which JavaScript would read as another one than Python does: `10.0` is a
 * float there, and whole numbers have all their digits.
 */
export class JsonNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  get isFloat(): boolean {
    return /[.eE]/.test(this.source);
  }

  /** Keeps a JSON text that it is put into whole. */
  toJSON(): string {
    return this.source;
  }
}
