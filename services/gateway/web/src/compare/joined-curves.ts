import type { Curve } from '../job/live-run.ts';

/** Curves of several runs on one axis: at the steps of all, each with its own values and null where it has none. */
export function joined(
  curves: readonly Curve[],
  name: string,
): { readonly x: number[]; readonly lines: (number | null)[][] } {
  const x = [...new Set(curves.flatMap(({ steps }) => steps))].sort((a, b) => a - b);
  const lines = curves.map(({ steps, values }) => {
    const column = values.get(name);
    const at = new Map(steps.map((step, i) => [step, column?.[i] ?? null]));
    return x.map((step) => at.get(step) ?? null);
  });
  return { x, lines };
}
