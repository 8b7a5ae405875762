/** Labels as sets, for as long as their lists are used. */
const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Whether a label is one of those of the task, of which there may be thousands. */
export function isKnown(label: string, labels: readonly string[]): boolean {
  const set = sets.get(labels) ?? new Set(labels);
  sets.set(labels, set);
  return set.has(label);
}
