/** An answer, whether it passes as a whole, and of each kind of assertion that is made of it whether all of that kind do. */
export type Judged = {
  readonly answer: string;
  readonly passes: boolean;
  readonly kinds: ReadonlyMap<string, boolean>;
};

/** By the number of the prompt and the values of the row. */
export type JudgedItems = ReadonlyMap<string, Judged>;

/** The name of an item on both sides. */
export const itemName = (prompt: number, vars: { readonly text?: unknown }): string =>
  `prompt ${prompt + 1}: ${vars.text}`;

/** Whether all of each kind pass, of assertions of any kind. */
export function byKind(
  assertions: readonly (readonly [kind: string, passes: boolean])[],
): ReadonlyMap<string, boolean> {
  const kinds = new Map<string, boolean>();
  for (const [kind, passes] of assertions) kinds.set(kind, (kinds.get(kind) ?? true) && passes);
  return kinds;
}
