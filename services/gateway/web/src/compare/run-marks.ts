const colours = ['one', 'other', 'three', 'four', 'five'] as const;

/** The letter and the colour of the run that stands at a place, from 0. */
export function markOf(at: number): { readonly letter: string; readonly colour: string } {
  return { letter: 'ABCDE'[at] ?? '', colour: colours[at] ?? 'one' };
}
