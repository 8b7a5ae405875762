import type { Change, EvaluationReport } from '@lathe/contracts/artifact/report';
import {
  chanceText,
  differenceText,
  metricText,
  spanText,
  unitOf,
  whoIs,
} from '@lathe/contracts/words/contestants';
import { cell, grouped, type Html, html } from './html.ts';

const tokens = 'tokens an answer';
const time = 'ms an answer';

type Verdict = Change['verdict'];

const classes: Readonly<Record<Verdict, string>> = {
  improved: 'good',
  regressed: 'error',
  'cannot tell': 'soft',
};

/** A verdict with a sign beside its colour, so that it can be told without. */
function verdictText(verdict: Verdict): Html {
  const sign = verdict === 'improved' ? '▲' : verdict === 'regressed' ? '▼' : '=';
  return html`<span class="${classes[verdict]}">${sign} ${verdict}</span>`;
}

/** The tuned model against every other contestant. */
export function comparisonTable(report: EvaluationReport): Html | null {
  const { comparisons, headline } = report;
  if (comparisons.length === 0) return null;
  const isDrawn = comparisons.some(({ low }) => low !== undefined);
  const isNeeded = comparisons.some(({ rowsNeeded }) => rowsNeeded !== undefined);
  const row = (each: (typeof comparisons)[number]): Html => {
    const metric = each.metric ?? headline;
    const unit = unitOf(report, metric);
    const { low, high, rowsNeeded } = each;
    const interval =
      low !== undefined && high !== undefined
        ? html`<div class="soft">${spanText(low, high, unit)}</div>`
        : null;
    return html`<tr><td class="name">${each.against}${each.metric !== undefined && html`<div class="soft">by ${metric}</div>`}</td>${cell('Verdict', verdictText(each.verdict), '')}${cell(metric, html`${differenceText(each.difference, unit)}${interval}`)}${cell('rows won', grouped(each.onlyTunedRight))}${cell('rows lost', grouped(each.onlyOtherRight))}${cell('by chance', chanceText(each.pValue))}${isNeeded && cell('rows that would tell', rowsNeeded === undefined ? '–' : grouped(rowsNeeded))}</tr>`;
  };
  return html`<h2>The tuned model against each other way</h2>
<div class="wide"><table class="cards"><tr><th>Against</th><th>Verdict</th><th class="n">${headline}</th><th class="n">rows won</th><th class="n">rows lost</th><th class="n">by chance</th>${isNeeded && html`<th class="n">rows that would tell</th>`}</tr>
${comparisons.map(row)}</table></div>
<p class="soft">Won: only the tuned model is right. Lost: only the other is. By chance: how often a difference as large comes about where there is none; ${isDrawn ? 'below 3.5 % counts, where the interval leaves zero out' : 'below 5 % counts'}.</p>`;
}

/** What tuning changed against the base: all metrics, then the kinds of rows, those that got worse first. */
export function changesTable(report: EvaluationReport): Html | null {
  const { changes = [], headline } = report;
  if (changes.length === 0) return null;
  const order: Readonly<Record<Verdict, number>> = { regressed: 0, improved: 1, 'cannot tell': 2 };
  const sorted = changes.toSorted(
    (a, b) => a.of.localeCompare(b.of) || order[a.verdict] - order[b.verdict],
  );
  const row = ({ of, name, rows, difference, low, high, pValue, verdict }: Change): Html => {
    const unit = unitOf(report, of === 'metric' ? name : headline);
    return html`<tr><td class="name">${name}${of === 'slice' && html`<div class="soft">${headline}</div>`}</td>${cell('Verdict', verdictText(verdict), '')}${cell('change', differenceText(difference, unit))}${cell('95 % interval', spanText(low, high, unit))}${cell('rows', grouped(rows))}${cell('by chance', chanceText(pValue))}</tr>`;
  };
  return html`<h2>What tuning changed</h2>
<div class="wide"><table class="cards"><caption>The tuned model against its base, by metric and by kind of rows</caption><tr><th>What</th><th>Verdict</th><th class="n">change</th><th class="n">95 % interval</th><th class="n">rows</th><th class="n">by chance</th></tr>
${sorted.map(row)}</table></div>
<p class="soft">Many are looked at together, so chance is adjusted for their number (Holm); below 3.5 % it counts, where the interval leaves zero out.</p>`;
}

/** Of so many metrics a page has room for the intervals in one line. */
const mostUnbroken = 5;

/** Every contestant with what it is, its metrics, its loss and its costs. */
export function contestantTable(report: EvaluationReport): Html {
  const { contestants, headline } = report;
  const all = new Set(contestants.flatMap(({ metrics }) => Object.keys(metrics)));
  const names = [headline, ...[...all].filter((name) => name !== headline)].filter((name) =>
    all.has(name),
  );
  const hasLoss = contestants.some(({ loss }) => loss !== null) && !all.has('loss');
  const isCounted = contestants.some(({ usage }) => usage?.promptTokens !== undefined);
  const tokensCell = ({ usage, model }: EvaluationReport['contestants'][number]): Html => {
    const { answers = 0, promptTokens, answerTokens } = usage ?? {};
    if (promptTokens === undefined || answerTokens === undefined || answers === 0)
      return cell(tokens, model === null ? 'none' : '–');
    const read = grouped(promptTokens / answers);
    return cell(
      tokens,
      html`${grouped((promptTokens + answerTokens) / answers)}<div class="soft">${read} read</div>`,
    );
  };
  const isTimed = contestants.some(({ usage }) => usage?.milliseconds !== undefined);
  const atOnce = Math.max(...contestants.map(({ usage }) => usage?.atOnce ?? 0));
  const timeCell = ({ usage, model }: EvaluationReport['contestants'][number]): Html => {
    if (usage?.milliseconds === undefined || usage.answers === 0)
      return cell(time, model === null ? 'hardly any' : '–');
    const each = usage.milliseconds / usage.answers;
    return cell(time, each < 10 ? each.toFixed(1) : grouped(each));
  };
  const valueCell = (each: EvaluationReport['contestants'][number], name: string): Html => {
    const metric = each.metrics[name];
    if (metric === undefined) return cell(name, '–');
    const { value, low, high, unit } = metric;
    return cell(
      name,
      html`${metricText(value, unit)}<div class="soft${names.length > mostUnbroken ? ' wrap' : ''}">${[low, high].map((end) => metricText(end, unit).replace(' %', '')).join(' to ')}</div>`,
    );
  };
  return html`<h2>All contestants</h2>
<div class="wide"><table class="cards"><caption>Each answers the same held-out rows; under each number its 95 % interval</caption><tr><th>Contestant</th>${names.map((name) => html`<th class="n">${name}</th>`)}${hasLoss && html`<th class="n">loss</th>`}${isCounted && html`<th class="n">${tokens}</th>`}${isTimed && html`<th class="n">${time}</th>`}</tr>
${contestants.map((each) => html`<tr><td class="name">${each.name === 'tuned' ? html`<b>${each.name}</b>` : each.name}<div class="soft">${whoIs(each)}</div></td>${names.map((name) => valueCell(each, name))}${hasLoss && cell('loss', each.loss === null ? '–' : metricText(each.loss, 'number'))}${isCounted && tokensCell(each)}${isTimed && timeCell(each)}</tr>`)}</table></div>
${isTimed && html`<p class="soft">Milliseconds: the time of all answers by their number, up to ${grouped(atOnce)} at once on the machine that judged.</p>`}`;
}
