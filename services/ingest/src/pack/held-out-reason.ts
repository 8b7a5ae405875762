export type HeldOutCase = {
  /** What the job asks for. */
  readonly asked: number | undefined;
  /** Rows that could be held out. */
  readonly rows: number;
  /** Rows from which a file is split without being asked. */
  readonly splitLeast: number;
};

/** Why no row of a training file is held out, as the second half of a sentence. */
export function whyNothingHeldOut({ asked, rows, splitLeast }: HeldOutCase): string {
  if (asked === 0) return 'held_out_share is 0';
  if (asked === undefined && rows < splitLeast)
    return `a file of fewer than ${splitLeast} rows is split only when held_out_share asks for it`;
  if (asked !== undefined && Math.floor(asked * rows + 1e-9) === 0)
    return `held_out_share is ${asked}, which is less than one of ${rows} rows`;
  return 'rows with the same prompt stay together and a row of every answer stays for training, which leaves none to hold out';
}
