/** Labels as sets, for as long as their lists are used. */
const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Whether a label is one of those of the task, of which there may be thousands. */
export function isKnown(label: string, labels: readonly string[]): boolean {
  const set = sets.get(labels) ?? new Set(labels);
  sets.set(labels, set);
  return set.has(label);
}

/**
 * A label as a text; a number that is no label itself is its place among those of the task.
 * @example nameOfLabel(1, ['ham', 'spam']); // spam
 */
export function nameOfLabel(label: unknown, labels: readonly string[] | undefined): string {
  const name = String(label);
  if (typeof label !== 'number' || labels === undefined || isKnown(name, labels)) return name;
  return labels[label] ?? name;
}
