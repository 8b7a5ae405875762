import type { EvaluationReport } from '@lathe/contracts/artifact/report';
import { metricText } from '@lathe/contracts/words/contestants';

const width = 720;
const left = 190;
const right = 110;
const step = 36;
/** Characters of a name left of the plot. */
const longestName = 26;

/** Every contestant's headline metric as a dot with its 95 % interval; nothing where fewer than two have one. */
export function ContestantPlot({
  report: { contestants, headline },
}: {
  readonly report: EvaluationReport;
}) {
  const shown = contestants.flatMap(({ name, metrics }) => {
    const metric = metrics[headline];
    return metric === undefined ? [] : [{ name, ...metric }];
  });
  const [first] = shown;
  if (first === undefined || shown.length < 2) return null;
  const { unit } = first;
  const from = unit === 'share' ? 0 : Math.min(0, ...shown.map(({ low }) => low));
  const to = unit === 'share' ? 1 : Math.max(...shown.map(({ high }) => high), from + 1e-9);
  const at = (value: number): number =>
    left + Math.min(1, Math.max(0, (value - from) / (to - from))) * (width - left - right);
  const foot = shown.length * step;
  return (
    <figure class="plot contestants">
      <svg
        viewBox={`0 0 ${width} ${foot + 26}`}
        role="img"
        aria-label={`${headline} of each contestant with its 95 % interval`}
      >
        {shown.map(({ name, value, low, high }, i) => {
          const y = (i + 0.5) * step;
          const kind = name === 'tuned' ? 'one' : 'two';
          const strong = name === 'tuned' ? 'strong' : undefined;
          return (
            <g key={name}>
              <title>
                {name}: {metricText(value, unit)}, between {metricText(low, unit)} and{' '}
                {metricText(high, unit)}
              </title>
              <text
                class={strong}
                x={left - 14}
                y={y}
                text-anchor="end"
                dominant-baseline="central"
              >
                {name.length <= longestName
                  ? name
                  : `${name.slice(0, 8)}…${name.slice(9 - longestName)}`}
              </text>
              <line class="axis" x1={left} x2={width - right} y1={y} y2={y} />
              <line class={`span ${kind}`} x1={at(low)} x2={at(high)} y1={y} y2={y} />
              <circle class={`dot ${kind}`} cx={at(value)} cy={y} r={7} />
              <text class={strong} x={width} y={y} text-anchor="end" dominant-baseline="central">
                {metricText(value, unit)}
              </text>
            </g>
          );
        })}
        <text x={left} y={foot + 20}>
          {metricText(from, unit)}
        </text>
        <text x={width - right} y={foot + 20} text-anchor="end">
          {metricText(to, unit)}
        </text>
      </svg>
      <figcaption>
        Dots: {headline} on the held-out rows. Bars: where it would lie 95 of 100 times on other
        rows like these.
      </figcaption>
    </figure>
  );
}
