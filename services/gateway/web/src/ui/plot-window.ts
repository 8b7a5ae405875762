/** The part of an axis that is shown, both ends included. */
export type PlotWindow = { readonly min: number; readonly max: number };

/** Places that the cursor has in a window: with more points it skips some, of which zooming shows each. */
const places = 100;
/** Points that the closest zoom shows. */
const fewestPoints = 4;

/** How much closer or farther one press of a key looks. */
export const zoomBy = 2;

/**
 * Where the cursor goes from the point `at` of the ascending `x` when it is moved by `by` places: each place is one point where
 * few are in the window, and the ends hold it.
 */
export function movedCursor(
  x: readonly number[],
  { min, max }: PlotWindow,
  { at, by }: { readonly at: number; readonly by: number },
): number {
  const shown = x.filter((each) => each >= min && each <= max).length;
  const next = at + by * Math.max(1, Math.ceil(shown / places));
  return Math.max(0, Math.min(x.length - 1, next));
}

/** The window looked at `times` closer (below 1: from farther away) around the middle `about`, within the whole of `x`. */
export function zoomedWindow(
  x: readonly number[],
  { min, max }: PlotWindow,
  { about, times }: { readonly about: number; readonly times: number },
): PlotWindow {
  const [first = 0, last = 0] = [x[0], x.at(-1)];
  const all = last - first;
  const least = (all * Math.min(fewestPoints, x.length)) / Math.max(1, x.length);
  const width = Math.min(all, Math.max(least, (max - min) / times));
  return within({ min: about - width / 2, max: about + width / 2 }, { min: first, max: last });
}

/** The window moved as far as it must be for `point` to be in it. */
export function windowWith({ min, max }: PlotWindow, point: number): PlotWindow {
  const by = point < min ? point - min : point > max ? point - max : 0;
  return { min: min + by, max: max + by };
}

/** The window moved as far as it must be to lie within another, which is no narrower. */
function within({ min, max }: PlotWindow, whole: PlotWindow): PlotWindow {
  const by = min < whole.min ? whole.min - min : max > whole.max ? whole.max - max : 0;
  return { min: min + by, max: max + by };
}
