import { useEffect, useId, useRef, useState } from 'preact/hooks';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { colourOf, useColourChange } from '../shell/theme.ts';
import { figure, grouped } from './numbers.ts';
import { movedCursor, windowWith, zoomBy, zoomedWindow } from './plot-window.ts';

export type Line = {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** A colour of the design tokens. */
  readonly colour: string;
  /** Drawn thin and pale, behind the others. */
  readonly isFaint?: boolean;
  /** Few values, far apart: each has its dot. */
  readonly hasDots?: boolean;
};

/** Distances of the marks on the axis of steps. */
const wholeSteps = [1, 2, 5]
  .flatMap((digit) => Array.from({ length: 9 }, (_, power) => digit * 10 ** power))
  .toSorted((a, b) => a - b);
/** With fewer values each has its dot. */
const fewValues = 24;

export type PlotMark = { readonly x: number; readonly colour: string };

type Props = {
  readonly title: string;
  readonly x: readonly number[];
  readonly lines: readonly Line[];
  readonly marks?: readonly PlotMark[];
  readonly height?: number;
  /** Plots of one group show the same step under the pointer. */
  readonly group: string;
  /** Told the step that is clicked. */
  readonly onStep?: ((step: number) => void) | undefined;
};

/** What the keys do, told where a plot has the focus. */
const keysText =
  'Arrow keys read the values step by step (Page Up and Down: by ten; Home, End: the ends). + and − zoom; 0 or Escape shows all.';
/** By how many places keys move the cursor. */
const moves: Readonly<Record<string, number>> = {
  ...{ ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 },
  ...{ Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY },
};
/** How much closer keys look. */
const zooms: Readonly<Record<string, number>> = { '+': zoomBy, '=': zoomBy, '-': 1 / zoomBy };

/**
 * Curves by step: the pointer reads values off, dragging zooms in, and a button shows all again. The keyboard does the same: to
 * whoever cannot see it the plot is a slider along the steps, whose value is what the lines have there.
 */
export function Plot({ title, x, lines, marks = [], height = 190, group, onStep }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const marked = useRef(marks);
  marked.current = marks;
  const told = useRef(onStep);
  told.current = onStep;
  const [read, setRead] = useState<number | null>(null);
  const keysId = useId();
  const [isZoomed, setIsZoomed] = useState(false);
  const zoomed = useRef(false);
  zoomed.current = isZoomed;
  const colours = useColourChange();
  const shape = JSON.stringify(
    lines.map(({ label, values, colour, isFaint, hasDots }) => [
      ...[label, colour, isFaint, hasDots, values.length < fewValues],
    ]),
  );

  useEffect(() => {
    const { current: box } = place;
    if (box === null) return;
    const options = plotOptions({ lines, height, group, width: box.clientWidth });
    options.hooks = {
      draw: [(drawn) => drawMarks(drawn, marked.current)],
      setScale: [(drawn, scale) => scale === 'x' && setIsZoomed(isPart(drawn))],
      ready: [
        ({ over, data, cursor }) =>
          over.addEventListener('click', () => {
            const step = cursor.idx == null ? undefined : data[0][cursor.idx];
            if (step !== undefined) told.current?.(step);
          }),
      ],
    };
    const made = new UPlot(options, [[...x], ...lines.map(({ values }) => [...values])], box);
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: box.clientWidth, height }));
    watch.observe(box);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape, height, group, colours]);

  useEffect(() => {
    plot.current?.setData([[...x], ...lines.map(({ values }) => [...values])], !zoomed.current);
    if (zoomed.current) plot.current?.redraw();
  }, [x.length, x.at(-1), lines, marks.length]);

  const showAll = (): void => {
    plot.current?.setData([[...x], ...lines.map(({ values }) => [...values])], true);
  };
  const onKey = (event: KeyboardEvent): void => {
    const { current: drawn } = plot;
    if (drawn === null || x.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = Math.min(drawn.cursor.idx ?? x.length - 1, x.length - 1);
    const { [event.key]: by } = moves;
    const { [event.key]: times } = zooms;
    if (by !== undefined) setRead(moveCursor(drawn, x, { at, by }));
    else if (times !== undefined) zoom(drawn, x, { at, times });
    else if (event.key === '0' || (event.key === 'Escape' && isZoomed)) showAll();
    else if (event.key === 'Enter' && onStep !== undefined) onStep(x[at] ?? 0);
    else return;
    event.preventDefault();
  };
  const hide = (): void => {
    setRead(null);
    plot.current?.setCursor({ left: -10, top: -10 });
  };
  const seen = lines.filter(({ isFaint }) => isFaint !== true);
  const newest = seen.map(
    ({ label, values }) => `${label} ${figure(values.findLast((value) => value !== null))}`,
  );
  return (
    <figure class="plot">
      <figcaption>
        <span>
          {title}
          {lines.length > 1 &&
            seen.map(({ label, colour }) => (
              <span key={label} class={`key ${colour}`}>
                {label}
              </span>
            ))}
        </span>
        {isZoomed && (
          <button type="button" class="small" onClick={showAll}>
            Show all
          </button>
        )}
      </figcaption>
      <div
        ref={place}
        class={onStep && 'clickable'}
        role="slider"
        tabIndex={0}
        aria-label={`${title} by step. Newest: ${newest.join(', ')}.`}
        aria-describedby={keysId}
        aria-valuemin={x[0] ?? 0}
        aria-valuemax={x.at(-1) ?? 0}
        aria-valuenow={x[read ?? x.length - 1] ?? 0}
        aria-valuetext={readingAt(x, seen, Math.min(read ?? x.length - 1, x.length - 1))}
        onKeyDown={onKey}
        onBlur={hide}
      />
      <p id={keysId} class="plot-keys soft small-text">
        {keysText}
        {onStep !== undefined && ' Enter shows what was answered there.'}
      </p>
    </figure>
  );
}

/** Whether a plot shows a part of its steps. */
function isPart({ data: [x], scales }: UPlot): boolean {
  const { min, max } = scales.x ?? {};
  const [first, last] = [x[0], x.at(-1)];
  if (min == null || max == null || first === undefined || last === undefined) return false;
  return min > first || max < last;
}

/** The part of the steps that is shown. */
function windowOf({ scales, data: [x] }: UPlot) {
  return { min: scales.x?.min ?? x[0] ?? 0, max: scales.x?.max ?? x.at(-1) ?? 0 };
}

/** Moves the cursor from the point `at`, and the window along where it would leave that; answers with the point that it is at. */
function moveCursor(
  plot: UPlot,
  x: readonly number[],
  move: { readonly at: number; readonly by: number },
): number {
  const shown = windowOf(plot);
  const to = movedCursor(x, shown, move);
  const point = x[to] ?? 0;
  const next = windowWith(shown, point);
  if (next.min !== shown.min) plot.batch(() => plot.setScale('x', next));
  pointAt(plot, point);
  return to;
}

function zoom(
  plot: UPlot,
  x: readonly number[],
  { at, times }: { readonly at: number; readonly times: number },
): void {
  const about = x[at] ?? 0;
  plot.batch(() => plot.setScale('x', zoomedWindow(x, windowOf(plot), { about, times })));
  pointAt(plot, about);
}

/** Reads the values off at a step, as the pointer does. */
function pointAt(plot: UPlot, step: number): void {
  plot.setCursor({ left: plot.valToPos(step, 'x'), top: plot.over.clientHeight / 2 });
}

/** What the lines have at a point, in words. */
function readingAt(x: readonly number[], lines: readonly Line[], at: number): string {
  const values = lines.map(({ label, values: all }) => `${label} ${figure(all[at])}`);
  return `Step ${grouped(x[at] ?? 0)}: ${values.join(', ')}`;
}

type Drawing = Pick<Props, 'lines' | 'group'> & { readonly height: number; readonly width: number };

function plotOptions({ lines, height, width, group }: Drawing): UPlot.Options {
  const ink = colourOf('soft');
  const grid = colourOf('line');
  const axis: UPlot.Axis = {
    stroke: ink,
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1, size: 4 },
    font: '11px system-ui, sans-serif',
  };
  return {
    width,
    height,
    scales: { x: { time: false } },
    cursor: { sync: { key: group }, drag: { x: true, y: false } },
    legend: { live: true },
    axes: [
      {
        ...axis,
        size: 26,
        incrs: wholeSteps,
        values: (_, ticks) => ticks.map((tick) => grouped(tick)),
      },
      { ...axis, size: 68, values: (_, ticks) => ticks.map(figure) },
    ],
    series: [
      { label: 'step', value: (_, value) => (value === null ? '–' : grouped(value)) },
      ...lines.map(
        ({ label, values, colour, isFaint, hasDots }): UPlot.Series => ({
          label,
          stroke: colourOf(isFaint ? `${colour}-faint` : colour),
          width: isFaint ? 1 : 1.75,
          spanGaps: true,
          points: {
            show: hasDots === true || (isFaint !== true && values.length < fewValues),
            size: 7,
            fill: colourOf(colour),
          },
          value: (_, value) => figure(value),
        }),
      ),
    ],
  };
}

function drawMarks(plot: UPlot, marks: readonly PlotMark[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const { x, colour } of marks) {
    const left = plot.valToPos(x, 'x', true);
    if (left < bbox.left || left > bbox.left + bbox.width) continue;
    ctx.strokeStyle = colourOf(colour);
    ctx.beginPath();
    ctx.moveTo(left, bbox.top);
    ctx.lineTo(left, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
