/** How often each of two raters chose a label, and how often both chose it for one row. */
export type LabelCounts = { readonly one: number; readonly other: number; readonly both: number };

/** How far two raters agree. */
export type Agreement = {
  readonly rows: number;
  readonly agreed: number;
  /** null where chance alone would make them agree on every row: both know one label only. */
  readonly kappa: number | null;
};

/**
 * Cohen's κ of the counts of every label (Cohen 1960): (p_o − p_e) / (1 − p_e), with p_o the share of rows on which both
 * raters chose the same label, and p_e what that would be if each chose as often as it did, but blindly.
 *
 * @example const { kappa } = cohensKappa([{ one: 25, other: 30, both: 20 }, { one: 25, other: 20, both: 15 }]); // 0.4
 */
export function cohensKappa(labels: readonly LabelCounts[]): Agreement {
  let [rows, agreed, byChance] = [0, 0, 0];
  for (const { one, other, both } of labels) {
    rows += one;
    agreed += both;
    byChance += one * other;
  }
  const left = rows * rows - byChance;
  return { rows, agreed, kappa: left === 0 ? null : (agreed * rows - byChance) / left };
}
