type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name;

export type CamelKeys<T> = T extends unknown
  ? { [Key in keyof T as Key extends string ? Camel<Key> : Key]: T[Key] }
  : never;

/** The object with its keys as the wire's code names them: `rank_stabilized` is `rankStabilized`. */
export function camelKeys<T extends object>(object: T): CamelKeys<T> {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [
      key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  ) as CamelKeys<T>;
}
