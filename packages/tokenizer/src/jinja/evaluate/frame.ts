import type { Scope } from '../parse/ast.ts';
import type { Context } from '../value/rendering.ts';
import type { Value } from '../value/value.ts';

/** The names of an entered scope; undefined stands for a name that has no value yet. */
export class Frame {
  readonly outer: Frame | undefined;
  readonly #values = new Map<string, Value | undefined>();

  constructor(scope: Scope, outer: Frame | undefined, context: Context) {
    this.outer = outer;
    for (const [name, load] of scope.loads) {
      if (load === 'outer') this.#values.set(name, outer?.get(name));
      else this.#values.set(name, load === 'context' ? context.get(name) : undefined);
    }
  }

  get(name: string): Value | undefined {
    if (this.#values.has(name)) return this.#values.get(name);
    return this.outer?.get(name);
  }

  set(name: string, value: Value | undefined): void {
    this.#values.set(name, value);
  }
}
