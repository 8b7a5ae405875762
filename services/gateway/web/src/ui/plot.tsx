import { useEffect, useRef, useState } from 'preact/hooks';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { colourOf, useColourChange } from '../shell/theme.ts';
import { figure, grouped } from './numbers.ts';

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

/** Curves by step: the pointer reads values off, dragging zooms in, and a button shows all again. */
export function Plot({ title, x, lines, marks = [], height = 190, group, onStep }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const marked = useRef(marks);
  marked.current = marks;
  const told = useRef(onStep);
  told.current = onStep;
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
      setSelect: [(drawn) => setIsZoomed(drawn.select.width > 0)],
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
    setIsZoomed(false);
    plot.current?.setData([[...x], ...lines.map(({ values }) => [...values])], true);
  };
  const newest = lines
    .filter(({ isFaint }) => isFaint !== true)
    .map(({ label, values }) => `${label} ${figure(values.findLast((value) => value !== null))}`);
  return (
    <figure class="plot">
      <figcaption>
        <span>
          {title}
          {lines.length > 1 &&
            lines
              .filter(({ isFaint }) => isFaint !== true)
              .map(({ label, colour }) => (
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
        role="img"
        aria-label={`${title} by step. Newest: ${newest.join(', ')}.`}
      />
    </figure>
  );
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
