import type { EvaluationReport } from '@lathe/contracts/artifact/report';
import { metricText } from '@lathe/contracts/words/contestants';
import { cell, grouped, type Html, html, percent } from './html.ts';

/** Confusions and labels that are listed, labels of a matrix that is shown whole, and characters of a text. */
const mostListed = 20;
const mostShown = 10;
const mostText = 1200;

const called = 'of those called it, right';
const found = 'of those that are it, found';

type Labels = NonNullable<EvaluationReport['labels']>;
type Sample = EvaluationReport['samples'][number];

/** Where the tuned model is wrong: what it takes for what, or its weakest labels and kinds of rows. */
export function weaknessSection(report: EvaluationReport): Html {
  const { labels, slices, headline } = report;
  const unit = report.contestants.find(({ metrics }) => metrics[headline])?.metrics[headline]?.unit;
  return html`${labels && labelsSection(labels)}${
    slices.length > 0 &&
    html`<h2>Where the tuned model is weakest</h2>
<div class="wide"><table class="cards"><tr><th>Kind of rows</th><th class="n">rows</th><th class="n">${headline}</th></tr>
${slices.slice(0, mostListed).map(({ slice, rows, value }) => html`<tr><td class="name">${slice}</td>${cell('rows', grouped(rows))}${cell(headline, metricText(value, unit ?? 'share'))}</tr>`)}</table></div>`
  }`;
}

function labelsSection({ perLabel, matrix }: Labels): Html {
  const worst = perLabel.toSorted((a, b) => a.f1 - b.f1).slice(0, mostListed);
  return html`${matrix && matrixSection(matrix)}
<h2>By label</h2>
<div class="wide"><table class="cards">${perLabel.length > worst.length && html`<caption>The ${worst.length} weakest of ${grouped(perLabel.length)} labels</caption>`}<tr><th>Label</th><th class="n">rows</th><th class="n">${called}</th><th class="n">${found}</th><th class="n">F1</th></tr>
${worst.map(({ label, support, precision, recall, f1 }) => html`<tr><td class="name">${label}</td>${cell('rows', grouped(support))}${cell(called, percent(precision, 1))}${cell(found, percent(recall, 1))}${cell('F1', f1.toFixed(3))}</tr>`)}</table></div>`;
}

function matrixSection({ names, counts }: NonNullable<Labels['matrix']>): Html {
  const isWhole = names.length <= mostShown;
  const confusions = counts
    .flatMap((row, i) => row.map((count, j) => ({ count, i, j })))
    .filter(({ count, i, j }) => i !== j && count > 0)
    .toSorted((a, b) => b.count - a.count || a.i - b.i || a.j - b.j);
  const listed = confusions.slice(0, mostListed);
  return html`<h2>What is taken for what</h2>
${
  isWhole &&
  html`<p class="soft">Rows: what is right. Columns: what the tuned model says.</p>
<div class="wide"><table class="grid"><tr><th></th>${names.map((name) => html`<th class="n">${name}</th>`)}</tr>
${names.map((name, i) => html`<tr><th>${name}</th>${(counts[i] ?? []).map((count, j) => html`<td class="n ${count > 0 && (i === j ? 'hit' : 'miss')}">${count === 0 ? html`<span class="soft">·</span>` : grouped(count)}</td>`)}</tr>`)}</table></div>`
}
${listed.length === 0 && html`<p>Nothing is taken for anything else.</p>`}
${
  !isWhole &&
  listed.length > 0 &&
  html`<div class="wide"><table class="cards"><tr><th>Right</th><th>What the tuned model says</th><th class="n">rows</th></tr>
${listed.map(({ count, i, j }) => html`<tr><td class="name">${names[i]}</td>${cell('taken for', names[j], '')}${cell('rows', grouped(count))}</tr>`)}</table></div>
${confusions.length > listed.length && html`<p class="soft">and ${grouped(confusions.length - listed.length)} rarer ones, which the report as JSON has</p>`}`
}`;
}

/** Rows with the answers of all: those that tuning lost, then won, then the others that are shown. */
export function rowsSections({ samples }: EvaluationReport): Html {
  const lost: Sample[] = [];
  const won: Sample[] = [];
  const others: Sample[] = [];
  for (const sample of samples) {
    const { right } = sample;
    const [isTuned, isBase] = [right?.includes('tuned'), right?.includes('base')];
    const kind = isTuned === isBase || !('base' in sample.answers) ? others : isTuned ? won : lost;
    kind.push(sample);
  }
  return html`${section('Rows that tuning lost', 'The base model is right, the tuned model is wrong.', lost)}
${section('Rows that tuning won', 'The tuned model is right, the base model is wrong.', won)}
${section(lost.length + won.length > 0 ? 'Other rows' : 'Rows', 'Those come first that the tuned model gets wrong.', others)}`;
}

function section(title: string, about: string, samples: readonly Sample[]): Html | null {
  if (samples.length === 0) return null;
  return html`<h2>${title}</h2>
<p class="soft">${about}</p>
${samples.map(sampleRow)}`;
}

function sampleRow({ line, system, prompt, expected, answers, right }: Sample): Html {
  const names = Object.keys(answers);
  const sorted = names.toSorted((a, b) => rank(a) - rank(b));
  const mark = (name: string): Html | null => {
    if (right === undefined) return null;
    return right.includes(name)
      ? html` <span class="good">✓</span>`
      : html` <span class="error">✗</span>`;
  };
  return html`<article><p class="soft">line ${grouped(line)}${system !== undefined && system !== '' && html` · ${cut(system)}`}</p>
<p class="asked">${cut(prompt)}</p>
<dl><dt>expected</dt><dd>${cut(expected)}</dd>${sorted.map((name) => html`<dt>${name}${mark(name)}</dt><dd>${cut(answers[name] ?? '')}</dd>`)}</dl></article>`;
}

/** The tuned model first, then the models that it is compared with. */
function rank(name: string): number {
  const at = ['tuned', 'base', 'few-shot', 'start'].indexOf(name);
  return at === -1 ? 4 : at;
}

function cut(text: string): string {
  return text.length <= mostText ? text : `${text.slice(0, mostText)} …`;
}
