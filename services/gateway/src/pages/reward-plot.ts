import type { EvaluationReport } from '@lathe/contracts/artifact/report';
import { metricText } from '@lathe/contracts/words/contestants';
import { grouped, type Html, html } from './html.ts';

const width = 720;
const height = 200;
const left = 64;
const head = 10;
const foot = 26;
/** Most points of a line, which are means of so many steps as that takes. */
const mostPoints = 120;

type Point = { readonly step: number; readonly value: number };

/** What the answers of each step were worth, as a line, and those to held-out prompts as dots; null where fewer than two steps are known. */
export function rewardPlot({ rewards = [] }: EvaluationReport): Html | null {
  const [first] = rewards;
  const last = rewards.at(-1);
  if (first === undefined || last === undefined || rewards.length < 2) return null;
  const line = thinned(rewards.map(({ step, train }) => ({ step, value: train })));
  const dots = rewards.flatMap(({ step, heldOut }) =>
    heldOut === undefined ? [] : [{ step, value: heldOut }],
  );
  const values = [...line, ...dots].map(({ value }) => value);
  const [from, to] = [Math.min(...values), Math.max(...values)];
  const wide = width - left - 8;
  const tall = height - head - foot;
  const x = (step: number): string =>
    (left + (wide * (step - first.step)) / (last.step - first.step)).toFixed(1);
  const y = (value: number): string =>
    (head + tall * (1 - (value - from) / Math.max(to - from, 1e-9))).toFixed(1);
  const path = line.map(({ step, value }) => `${x(step)},${y(value)}`).join(' ');
  return html`<figure><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Mean reward by step">
<text x="${left - 8}" y="${head}" text-anchor="end" dominant-baseline="hanging">${metricText(to, 'number')}</text><text x="${left - 8}" y="${head + tall}" text-anchor="end">${metricText(from, 'number')}</text>
<line class="axis" x1="${left}" x2="${width - 8}" y1="${head + tall}" y2="${head + tall}"/>
<polyline class="curve" points="${path}"/>${dots.map(({ step, value }) => html`<circle class="dot one" cx="${x(step)}" cy="${y(value)}" r="5"><title>after step ${grouped(step)}: ${metricText(value, 'number')}</title></circle>`)}
<text x="${left}" y="${height - 6}">step ${grouped(first.step)}</text><text x="${width - 8}" y="${height - 6}" text-anchor="end">step ${grouped(last.step)}</text></svg>
<figcaption>Line: mean reward of the answers of each step. Dots: of answers to held-out prompts.</figcaption></figure>`;
}

/** At most so many points, each the mean of neighbours. */
function thinned(points: readonly Point[]): Point[] {
  const size = Math.ceil(points.length / mostPoints);
  const found: Point[] = [];
  for (let at = 0; at < points.length; at += size) {
    const some = points.slice(at, at + size);
    const value = some.reduce((sum, point) => sum + point.value, 0) / some.length;
    // The line goes from the first step to the last.
    const last = at + size >= points.length ? some.at(-1) : some[0];
    found.push({ step: last?.step ?? 0, value });
  }
  return found;
}
