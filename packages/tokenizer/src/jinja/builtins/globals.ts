import { failed, JinjaError, unsupported } from '../error.ts';
import { formatDate } from '../text/date-format.ts';
import { repr, toText } from '../text/print.ts';
import { bind, bindPlaces } from '../value/arguments.ts';
import { AttributeObject, Callable } from '../value/callable.ts';
import { asString } from '../value/compare.ts';
import { makeDict, makeRange } from '../value/container-methods.ts';
import { Namespace, type Value } from '../value/value.ts';

/** What a template can call without being given it, as transformers sets Jinja2 up. */
export const globals: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['range', new Callable('range', (_, given) => makeRange(given))],
  ['dict', new Callable('dict', makeDict)],
  [
    'namespace',
    new Callable('namespace', (runtime, given) => {
      const attributes = makeDict(runtime, given);
      for (const name of attributes.keys()) checkAttributeName(name);
      return new Namespace(attributes);
    }),
  ],
  [
    'raise_exception',
    new Callable('raise_exception', (_, given) => {
      const [message] = bind('raise_exception', ['message'], given) as [Value];
      throw new JinjaError('raised', toText(message));
    }),
  ],
  [
    'strftime_now',
    new Callable('strftime_now', ({ now }, given) => {
      const format = asString(bind('strftime_now', ['format'], given)[0]!);
      if (format === undefined) throw failed('strftime_now() takes a str');
      return formatDate(now, format);
    }),
  ],
  [
    'cycler',
    new Callable('cycler', (_, given) => {
      if (given.positional.length === 0) throw failed('at least one item has to be provided');
      return new Cycler(bindPlaces('cycler', [1, Number.POSITIVE_INFINITY], given));
    }),
  ],
  [
    'joiner',
    new Callable('joiner', (_, given) => new Joiner(bind('joiner', [['sep', ', ']], given)[0]!)),
  ],
  [
    'lipsum',
    new Callable('lipsum', () => {
      throw unsupported('the function "lipsum"');
    }),
  ],
]);

/** Throws for attributes that no template may put on a namespace. */
export function checkAttributeName(name: Value): void {
  if (typeof name === 'string' && name.startsWith('_'))
    throw failed(
      `a namespace cannot have an attribute that starts with an underscore: ${repr(name)}`,
    );
}

class Cycler extends AttributeObject {
  readonly typeName = 'Cycler';
  readonly #items: readonly Value[];
  #at = 0;

  constructor(items: readonly Value[]) {
    super();
    this.#items = items;
  }

  attribute(name: string): Value | undefined {
    const method = (run: () => Value): Callable =>
      new Callable(name, (_, given) => {
        bindPlaces(name, [0, 0], given);
        return run();
      });
    switch (name) {
      case 'current':
        return this.#items[this.#at];
      case 'next':
        return method(() => {
          const item = this.#items[this.#at]!;
          this.#at = (this.#at + 1) % this.#items.length;
          return item;
        });
      case 'reset':
        return method(() => {
          this.#at = 0;
          return null;
        });
      case 'items':
      case 'pos':
        throw unsupported(`the attribute "${name}" of a cycler`);
      default:
        return undefined;
    }
  }

  print(): string {
    throw unsupported('printing a cycler');
  }
}

class Joiner extends AttributeObject {
  readonly typeName = 'Joiner';
  readonly #separator: Value;
  #isUsed = false;

  constructor(separator: Value) {
    super();
    this.#separator = separator;
  }

  override call = (): Value => {
    if (this.#isUsed) return this.#separator;
    this.#isUsed = true;
    return '';
  };

  attribute(name: string): Value | undefined {
    if (name === 'sep' || name === 'used') throw unsupported(`the attribute "${name}" of a joiner`);
    return undefined;
  }

  print(): string {
    throw unsupported('printing a joiner');
  }
}
