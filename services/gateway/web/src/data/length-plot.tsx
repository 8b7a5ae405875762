import type { Lengths } from '@lathe/contracts/artifact/insight';
import { grouped } from '../ui/numbers.ts';
import { cutPlace } from './cut-place.ts';
import { LengthTable } from './length-table.tsx';

type Props = {
  readonly all: Lengths;
  readonly taught: Lengths | undefined;
  /** The length at which sequences would be cut, drawn across. */
  readonly cut: number;
};

const width = 720;
const height = 200;
const foot = 22;

/** Lengths of whole sequences as bars, before them those of what is learnt of each, and where a cut would be. */
export function LengthPlot({ all, taught, cut }: Props) {
  const bounds = [...new Set([...all.bars, ...(taught?.bars ?? [])].map(({ upTo }) => upTo))].sort(
    (a, b) => a - b,
  );
  const most = Math.max(
    1,
    ...all.bars.map(({ count }) => count),
    ...(taught?.bars ?? []).map(({ count }) => count),
  );
  const step = width / Math.max(1, bounds.length);
  const tall = height - foot;
  const bars = (lengths: Lengths | undefined, name: string, inset: number) =>
    lengths?.bars.map(({ upTo, count }) => {
      const high = count === 0 ? 0 : Math.max(2, (tall * count) / most);
      return (
        <rect
          key={`${name}${upTo}`}
          class={name}
          x={(bounds.indexOf(upTo) + inset) * step}
          y={tall - high}
          width={step * (1 - 2 * inset)}
          height={high}
        >
          <title>
            {grouped(count)} of at most {grouped(upTo)} tokens
          </title>
        </rect>
      );
    });
  const place = cutPlace(bounds, cut);
  const every = Math.max(1, Math.ceil(bounds.length / 8));
  return (
    <figure class="plot">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label="Lengths of the rows in tokens">
        {bars(all, 'two', 0.08)}
        {bars(taught, 'one', 0.3)}
        {place !== null && (
          <line class="cut" x1={place * step} x2={place * step} y1={0} y2={tall} />
        )}
        <line class="axis" x1={0} x2={width} y1={tall} y2={tall} />
        {bounds.map(
          (upTo, i) =>
            i % every === 0 && (
              <text key={upTo} x={(i + 0.5) * step} y={height - 5} text-anchor="middle">
                {grouped(upTo)}
              </text>
            ),
        )}
      </svg>
      <figcaption>
        <span>
          By tokens: <span class="key pale">whole rows</span>
          {taught && <span class="key">what is learnt of each</span>}
        </span>
      </figcaption>
      <details>
        <summary>The same in numbers</summary>
        <LengthTable bounds={bounds} all={all} taught={taught} />
      </details>
    </figure>
  );
}
