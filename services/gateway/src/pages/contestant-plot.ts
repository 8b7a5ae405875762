import type { EvaluationReport } from '@lathe/contracts/artifact/report';
import { metricText } from './contestant-words.ts';
import { type Html, html } from './html.ts';

const width = 720;
const left = 190;
const right = 120;
const step = 38;
const head = 6;
/** In characters, left of the plot. */
const longestName = 26;

/** Every contestant's headline metric as a dot with its 95 % interval; null where fewer than two have one. */
export function contestantPlot({ contestants, headline }: EvaluationReport): Html | null {
  const shown = contestants.flatMap(({ name, metrics }) => {
    const metric = metrics[headline];
    return metric === undefined ? [] : [{ name, ...metric }];
  });
  const [first] = shown;
  if (first === undefined || shown.length < 2) return null;
  const { unit } = first;
  const from = unit === 'share' ? 0 : Math.min(0, ...shown.map(({ low }) => low));
  const to = unit === 'share' ? 1 : Math.max(...shown.map(({ high }) => high), from + 1e-9);
  const at = (value: number): string => {
    const share = Math.min(1, Math.max(0, (value - from) / (to - from)));
    return (left + share * (width - left - right)).toFixed(1);
  };
  const foot = head + shown.length * step;
  const rows = shown.map(({ name, value, low, high }, i) => {
    const y = head + (i + 0.5) * step;
    const kind = name === 'tuned' ? 'one' : 'two';
    return html`<text class="${name === 'tuned' && 'strong'}" x="${left - 14}" y="${y}" text-anchor="end" dominant-baseline="central">${shortName(name)}</text><line class="axis" x1="${left}" x2="${width - right}" y1="${y}" y2="${y}"/><line class="span ${kind}" x1="${at(low)}" x2="${at(high)}" y1="${y}" y2="${y}"/><circle class="dot ${kind}" cx="${at(value)}" cy="${y}" r="7"><title>${name}: ${metricText(value, unit)}, between ${metricText(low, unit)} and ${metricText(high, unit)}</title></circle><text class="${name === 'tuned' && 'strong'}" x="${width}" y="${y}" text-anchor="end" dominant-baseline="central">${metricText(value, unit)}</text>`;
  });
  return html`<figure><svg viewBox="0 0 ${width} ${foot + 30}" role="img" aria-label="${headline} of each contestant with its 95 % interval">
${rows}<text x="${left}" y="${foot + 22}">${metricText(from, unit)}</text><text x="${width - right}" y="${foot + 22}" text-anchor="end">${metricText(to, unit)}</text></svg>
<figcaption>Dots: ${headline} on the held-out rows. Bars: where it would probably lie (95 of 100 times) on other rows like these.</figcaption></figure>`;
}

/** A name as long as there is room for it: the ends of models' names tell them apart. */
function shortName(name: string): string {
  return name.length <= longestName ? name : `${name.slice(0, 6)}…${name.slice(7 - longestName)}`;
}
