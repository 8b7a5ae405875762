import { grouped } from '../ui/numbers.ts';
import type { Day } from './usage-sums.ts';

type Props = {
  readonly title: string;
  readonly days: readonly Day[];
  readonly figureOf: (day: Day) => number;
};

const height = 120;
const width = 480;

/** A figure day by day, as bars. */
export function DayBars({ title, days, figureOf }: Props) {
  const values = days.map(figureOf);
  const most = Math.max(1, ...values);
  const wide = width / Math.max(1, days.length);
  const all = values.reduce((sum, value) => sum + value, 0);
  return (
    <figure class="plot">
      <figcaption>
        <span>
          {title}, at most {grouped(Math.max(0, ...values))}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width="100%"
        role="img"
        aria-label={`${title} by day: ${grouped(all)} in ${days.length} days.`}
      >
        {days.map((day, at) => {
          const tall = ((height - 4) * (values[at] ?? 0)) / most;
          return (
            <rect
              key={day.date}
              class="one"
              x={at * wide + wide * 0.1}
              y={height - 1 - tall}
              width={wide * 0.8}
              height={tall}
            >
              <title>{`${day.date}: ${grouped(values[at] ?? 0)}`}</title>
            </rect>
          );
        })}
        <line class="axis" x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} />
      </svg>
      <div class="row soft small-text ends">
        <span>{days[0]?.date}</span>
        <span>{days.at(-1)?.date}</span>
      </div>
    </figure>
  );
}
