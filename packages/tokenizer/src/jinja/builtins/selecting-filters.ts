import { failed } from '../error.ts';
import { textOf } from '../text/text-methods.ts';
import type { Arguments } from '../value/arguments.ts';
import type { Runtime } from '../value/runtime.ts';
import { isTruthy, iterate } from '../value/sequence.ts';
import { Once, type Value } from '../value/value.ts';
import { attributeReader, type Filter } from './filter.ts';

/** Filters that apply a filter or a test to each item. */
export const selectingFilters: readonly (readonly [string, Filter])[] = [
  ['map', map],
  ['select', selecting(true, false)],
  ['reject', selecting(false, false)],
  ['selectattr', selecting(true, true)],
  ['rejectattr', selecting(false, true)],
];

function map(runtime: Runtime, given: Arguments): Value {
  const [value, ...rest] = given.positional as [Value, ...Value[]];
  return new Once(
    (function* () {
      if (!isTruthy(value)) return;
      const change = mapping(runtime, rest, given.named);
      for (const item of iterate(runtime, value)) yield change(item);
    })(),
  );
}

function mapping(
  runtime: Runtime,
  rest: readonly Value[],
  named: ReadonlyMap<string, Value>,
): (item: Value) => Value {
  const attribute = named.get('attribute');
  if (rest.length === 0 && attribute !== undefined) {
    for (const name of named.keys())
      if (name !== 'attribute' && name !== 'default')
        throw failed(`Unexpected keyword argument '${name}'`);
    return attributeReader(attribute, named.get('default') ?? null);
  }
  const [name, ...more] = rest;
  if (name === undefined) throw failed('map requires a filter argument');
  return (item) => runtime.filter(textOf(name), { positional: [item, ...more], named });
}

function selecting(isWanted: boolean, isAttribute: boolean): Filter {
  return (runtime, given) => {
    const [value, ...rest] = given.positional as [Value, ...Value[]];
    return new Once(
      (function* () {
        if (!isTruthy(value)) return;
        const [attribute, ...others] = isAttribute ? rest : [null, ...rest];
        if (attribute === undefined) throw failed('Missing parameter for attribute name');
        const read = attributeReader(attribute);
        const [name, ...more] = others;
        for (const item of iterate(runtime, value)) {
          const asked = read(item);
          const holds =
            name === undefined
              ? isTruthy(asked)
              : runtime.test(textOf(name), { positional: [asked, ...more], named: given.named });
          if (holds === isWanted) yield item;
        }
      })(),
    );
  };
}
