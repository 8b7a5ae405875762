import type { RunObject } from '@lathe/contracts/http/eval-run';
import { percentText } from '../ui/numbers.ts';
import { Time } from '../ui/time.tsx';
import { historyOf } from './run-words.ts';

const height = 120;
const width = 480;
const edge = 8;
const colours = ['one', 'other', 'three', 'four', 'five'] as const;

/** The share of the rows that passed all criteria, run after run, a line for each of the first models; nothing before a second run. */
export function RunHistory({ runs }: { readonly runs: readonly RunObject[] }) {
  const { points, models } = historyOf(runs);
  const shown = models.slice(0, colours.length);
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < 2) return null;
  const across = ({ place }: { readonly place: number }): number =>
    edge + ((width - 2 * edge) * place) / (points.length - 1);
  const up = ({ share }: { readonly share: number }): number =>
    edge + (height - 2 * edge) * (1 - share);
  return (
    <figure class="plot history">
      <figcaption>
        <span>
          Passed all criteria, run after run
          {shown.map((model, at) => (
            <span key={model} class={`key ${colours[at]}`}>
              {model}
            </span>
          ))}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Share that passed, over ${points.length} runs. First ${percentText(first.share)}, newest ${percentText(last.share)}.`}
      >
        <line class="axis" x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} />
        {shown.map((model, at) => {
          const own = points.filter((point) => point.model === model);
          const colour = `var(--${colours[at]})`;
          return (
            <g key={model} fill={colour} stroke={colour}>
              <polyline
                fill="none"
                stroke-width="2"
                points={own.map((point) => `${across(point)},${up(point)}`).join(' ')}
              />
              {own.map((point) => (
                <circle key={point.id} cx={across(point)} cy={up(point)} r="4">
                  <title>{`${model}: ${percentText(point.share)}`}</title>
                </circle>
              ))}
            </g>
          );
        })}
      </svg>
      <div class="row soft small-text ends">
        <Time at={first.at} />
        <Time at={last.at} />
      </div>
    </figure>
  );
}
