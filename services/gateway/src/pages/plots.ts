import type { Lengths } from '@lathe/contracts/artifact/insight';
import { grouped, type Html, html, percent } from './html.ts';

type Bars = Lengths['bars'];

const width = 720;
const height = 200;
const foot = 24;
const head = 16;

/** Lengths of whole sequences as bars, and before them, narrower, those of what is learned of them. */
export function lengthPlot(all: Lengths, taught: Lengths | undefined, limit: number): Html {
  const bounds = boundsOf([all.bars, taught?.bars ?? []]);
  const counts = (bars: Bars) =>
    bounds.map((upTo) => bars.find((b) => b.upTo === upTo)?.count ?? 0);
  const back = counts(all.bars);
  const front = taught === undefined ? [] : counts(taught.bars);
  const most = Math.max(1, ...back, ...front);
  const step = width / bounds.length;
  const tall = height - foot - head;
  const bar = (count: number, i: number, name: string): Html | null => {
    if (count === 0) return null;
    const high = Math.max(1.5, (tall * count) / most);
    const inset = name === 'one' ? 0.3 : 0.08;
    const x = (i + inset) * step;
    return html`<rect class="${name}" x="${x.toFixed(1)}" y="${(head + tall - high).toFixed(1)}" width="${(step * (1 - 2 * inset)).toFixed(1)}" height="${high.toFixed(1)}"><title>${grouped(count)} of at most ${grouped(bounds[i] ?? 0)} tokens</title></rect>`;
  };
  const every = Math.ceil(bounds.length / 9);
  const labels = bounds.map((upTo, i) =>
    i % every === 0
      ? html`<text x="${((i + 0.5) * step).toFixed(1)}" y="${height - 6}" text-anchor="middle">${grouped(upTo)}</text>`
      : null,
  );
  return html`<figure><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Histogram of lengths in tokens">
<text x="0" y="0" dominant-baseline="hanging">${grouped(most)}</text>
${back.map((count, i) => bar(count, i, 'two'))}${front.map((count, i) => bar(count, i, 'one'))}
<line class="axis" x1="0" x2="${width}" y1="${head + tall}" y2="${head + tall}"/>${labels}</svg>
<figcaption><span class="key pale">whole sequences</span>${taught && html` · <span class="key">the tokens of each that the model learns to write</span>`} · by tokens, at most as many as under the bar; up to ${grouped(limit)} are taken</figcaption></figure>`;
}

/** A small histogram of lengths, with its ends named. */
export function lengthBars({ bars }: Lengths, name: string): Html {
  const [wide, tall, below] = [300, 44, 16];
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const step = wide / Math.max(1, bars.length);
  const drawn = bars.map(({ upTo, count }, i) => {
    if (count === 0) return null;
    const high = Math.max(1.5, (tall * count) / most);
    return html`<rect class="one" x="${(i * step).toFixed(1)}" y="${(tall - high).toFixed(1)}" width="${(0.9 * step).toFixed(1)}" height="${high.toFixed(1)}"><title>${grouped(count)} of at most ${grouped(upTo)} tokens</title></rect>`;
  });
  const [first, last] = [bars[0]?.upTo ?? 0, bars.at(-1)?.upTo ?? 0];
  const ends = html`<text x="0" y="${tall + 13}">≤ ${grouped(first)}</text>${last !== first && html`<text x="${wide}" y="${tall + 13}" text-anchor="end">${grouped(last)}</text>`}`;
  return html`<svg viewBox="0 0 ${wide} ${tall + below}" role="img" aria-label="Histogram of the lengths of messages from ${name}">${drawn}<line class="axis" x1="0" x2="${wide}" y1="${tall}" y2="${tall}"/>${ends}</svg>`;
}

/** All bounds that any of the bars has, without a gap between the first and the last. */
function boundsOf(lists: readonly Bars[]): number[] {
  const bounds = new Set(lists.flatMap((bars) => bars.map(({ upTo }) => upTo)));
  return [...bounds].toSorted((a, b) => a - b);
}

/** Shares as bars of one scale, each with its name and number. */
export function shareRows(
  rows: readonly { readonly name: string; readonly count: number }[],
  total: number,
): Html {
  const most = Math.max(1, ...rows.map(({ count }) => count));
  return html`<div class="wide"><table>${rows.map(
    ({
      name,
      count,
    }) => html`<tr><td>${name}</td><td class="n">${grouped(count)}</td><td class="n">${percent(count, total)}</td>
<td width="45%"><svg viewBox="0 0 300 14" role="presentation"><rect class="one" width="${((300 * count) / most).toFixed(1)}" height="12" y="1" rx="2"/></svg></td></tr>`,
  )}</table></div>`;
}
