/** From where to where in the rendered text, the second not included. */
export type TaggedPlace = { start: number; end: number };

/** Where what was printed in `{% generation %}` tags stands in the text, while it is rendered. */
export class TaggedPlaces {
  readonly #text: { readonly length: number };
  readonly #places: TaggedPlace[] = [];
  #start: number | undefined;
  #isKnown = true;

  /** `text`: what the template prints to, which nothing in it can read. */
  constructor(text: { readonly length: number }) {
    this.#text = text;
  }

  /** A block begins to print there; where it does so into a text of its own or in another block, it is not known where that ends up. */
  begin(output: object): void {
    if (output !== this.#text || this.#start !== undefined) this.#isKnown = false;
    this.#start = this.#text.length;
  }

  /** The block has ended. */
  end(): void {
    this.#places.push({ start: this.#start ?? 0, end: this.#text.length });
    this.#start = undefined;
  }

  /** The places in their order; undefined where they are not known. */
  found(): readonly TaggedPlace[] | undefined {
    return this.#isKnown ? this.#places : undefined;
  }
}
