/** Items handed from a producer to one reader, in order; ends with a value or an error. */
export class TokenStream<Item, End> {
  readonly #items: Item[] = [];
  #end: { readonly value: End } | { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  push(item: Item): void {
    this.#items.push(item);
    this.#wake?.();
  }

  end(value: End): void {
    this.#end ??= { value };
    this.#wake?.();
  }

  fail(error: unknown): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  /** Reads everything; the generator's return value is the end's. Throws the error it ended with. */
  async *read(): AsyncGenerator<Item, End, undefined> {
    for (;;) {
      while (this.#items.length > 0) yield this.#items.shift() as Item;
      if (this.#end !== undefined) {
        if ('error' in this.#end) throw this.#end.error;
        return this.#end.value;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
