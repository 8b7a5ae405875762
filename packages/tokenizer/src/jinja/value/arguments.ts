import { failed } from '../error.ts';
import type { Value } from './value.ts';

export type Arguments = {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
};

/** A parameter's name, with what it is when not given. */
export type Parameter = string | readonly [name: string, otherwise: Value];

/** The values of parameters that can be given by place or by name. Throws what Python's TypeError says. */
export function bind(
  callee: string,
  parameters: readonly Parameter[],
  { positional, named }: Arguments,
): Value[] {
  if (positional.length > parameters.length)
    throw failed(
      `${callee}() takes at most ${parameters.length} arguments (${positional.length} given)`,
    );
  const names = parameters.map((parameter) =>
    typeof parameter === 'string' ? parameter : parameter[0],
  );
  for (const name of named.keys()) {
    const place = names.indexOf(name);
    if (place < 0) throw failed(`${callee}() got an unexpected keyword argument '${name}'`);
    if (place < positional.length)
      throw failed(`${callee}() got multiple values for argument '${name}'`);
  }
  return parameters.map((parameter, i) => {
    const value = positional[i] ?? (i < positional.length ? null : named.get(names[i]!));
    if (value !== undefined) return value;
    if (typeof parameter !== 'string') return parameter[1];
    throw failed(`${callee}() missing the argument '${parameter}'`);
  });
}

/** The values of parameters that can be given by place only; those not given are left out. */
export function bindPlaces(
  callee: string,
  [least, most]: readonly [least: number, most: number],
  { positional, named }: Arguments,
): readonly Value[] {
  if (named.size > 0) throw failed(`${callee}() takes no keyword arguments`);
  const { length } = positional;
  if (length < least || length > most) {
    const wanted = least === most ? `${least}` : `${least} to ${most}`;
    throw failed(`${callee}() takes ${wanted} arguments (${length} given)`);
  }
  return positional;
}
