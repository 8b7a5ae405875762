import type { EvaluationReport } from '@lathe/contracts/artifact/report';
import { metricText } from '@lathe/contracts/words/contestants';
import { type Html, html } from './html.ts';

/** Where things stand in a picture, in its own units. */
type Layout = {
  readonly kind: 'broad' | 'slim';
  readonly width: number;
  /** Room left and right of the lines. */
  readonly left: number;
  readonly right: number;
  readonly step: number;
  /** Names and values stand over the lines instead of beside them. */
  readonly isOver: boolean;
  /** Of a name, in characters. */
  readonly longest: number;
};
const layouts: readonly Layout[] = [
  { kind: 'broad', width: 720, left: 190, right: 120, step: 38, isOver: false, longest: 23 },
  { kind: 'slim', width: 360, left: 8, right: 8, step: 50, isOver: true, longest: 38 },
];
const head = 6;

type Shown = EvaluationReport['contestants'][number]['metrics'][string] & { readonly name: string };

/**
 * Every contestant's headline metric as a dot with its 95 % interval, once for broad screens and once for phones; null where
 * fewer than two have one.
 */
export function contestantPlot({ contestants, headline }: EvaluationReport): Html | null {
  const shown = contestants.flatMap(({ name, metrics }): Shown[] => {
    const metric = metrics[headline];
    return metric === undefined ? [] : [{ name, ...metric }];
  });
  if (shown.length < 2) return null;
  return html`<figure>${layouts.map((layout) => picture(shown, headline, layout))}
<figcaption>Dots: ${headline} on the held-out rows. Bars: where it would probably lie (95 of 100 times) on other rows like these.</figcaption></figure>`;
}

function picture(shown: readonly Shown[], headline: string, layout: Layout): Html {
  const { kind, width, left, right, step, isOver } = layout;
  const unit = shown[0]?.unit ?? 'share';
  const from = unit === 'share' ? 0 : Math.min(0, ...shown.map(({ low }) => low));
  const to = unit === 'share' ? 1 : Math.max(...shown.map(({ high }) => high), from + 1e-9);
  const at = (value: number): string => {
    const share = Math.min(1, Math.max(0, (value - from) / (to - from)));
    return (left + share * (width - left - right)).toFixed(1);
  };
  const foot = head + shown.length * step;
  const rows = shown.map(({ name, value, low, high }, i) => {
    const y = head + (i + (isOver ? 0.68 : 0.5)) * step;
    const textY = isOver ? y - 19 : y;
    const [dot, strong] = name === 'tuned' ? ['one', 'strong'] : ['two', ''];
    const [nameX, anchor] = isOver ? [0, 'start'] : [left - 14, 'end'];
    return html`<text class="${strong}" x="${nameX}" y="${textY}" text-anchor="${anchor}" dominant-baseline="central">${shortName(name, layout.longest)}</text><line class="axis" x1="${left}" x2="${width - right}" y1="${y}" y2="${y}"/><line class="span ${dot}" x1="${at(low)}" x2="${at(high)}" y1="${y}" y2="${y}"/><circle class="dot ${dot}" cx="${at(value)}" cy="${y}" r="7"><title>${name}: ${metricText(value, unit)}, between ${metricText(low, unit)} and ${metricText(high, unit)}</title></circle><text class="${strong}" x="${width}" y="${textY}" text-anchor="end" dominant-baseline="central">${metricText(value, unit)}</text>`;
  });
  return html`<svg class="${kind}" viewBox="0 0 ${width} ${foot + 30}" role="img" aria-label="${headline} of each contestant with its 95 % interval">
${rows}<text x="${left}" y="${foot + 22}">${metricText(from, unit)}</text><text x="${width - right}" y="${foot + 22}" text-anchor="end">${metricText(to, unit)}</text></svg>`;
}

/** A name as long as there is room for it: the ends of models' names tell them apart. */
function shortName(name: string, longest: number): string {
  return name.length <= longest ? name : `${name.slice(0, 6)}…${name.slice(7 - longest)}`;
}
