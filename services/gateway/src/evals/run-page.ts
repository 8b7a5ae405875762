import type { EvalItem } from '@lathe/contracts/artifact/eval-item';
import type { EvalRunRecord } from '@lathe/contracts/record/eval-run';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { wilson } from '@lathe/scoring/wilson';
import { cell, grouped, type Html, html, percent } from '../pages/html.ts';
import { pageOf } from '../pages/page-frame.ts';
import { criterionResult } from './criterion-result.ts';
import { itemNames, readItem } from './output-items.ts';

/** Rows that are shown of each kind, and characters of each text. */
const mostRows = 20;
const mostText = 1500;

type Named = { readonly evalName: string; readonly run: EvalRunRecord };

/** A run as a page for people, complete in itself: one sentence, a picture, then tables and rows. */
export async function runReport(
  ports: { readonly artifacts: ArtifactStore },
  { evalName, run }: Named,
): Promise<string> {
  const names = await itemNames(ports, run);
  const shownOf = async (status: EvalItem['status']): Promise<EvalItem[]> => {
    const items: EvalItem[] = [];
    for (const name of names.filter((each) => each.status === status).slice(0, mostRows)) {
      const item = await readItem(ports, run, name);
      if (item !== null) items.push(item);
    }
    return items;
  };
  const { counts, criteria, usage } = run.tally;
  const model = run.asking?.chat.model;
  const date = new Date(run.createdAt * 1000).toISOString().slice(0, 16).replace('T', ' ');
  const title = run.name || evalName || run.id;
  const body = html`<header><h1>${title}</h1>
<p class="soft">${evalName !== '' && evalName !== title && html`${evalName} · `}${model === undefined ? 'answers that the rows bring along' : html`answers of ${model}`} · ${date} UTC</p></header>
${verdict(run)}
<h2>What passes</h2>
${passPlot(run)}
<h2>By criterion</h2>
<div class="wide"><table class="cards"><tr><th>Criterion</th><th class="n">passed</th><th class="n">failed</th><th class="n">share</th><th class="n">95 % interval</th></tr>
${criteria.map((each) => rateRow(each.testing_criteria, each.passed, each.failed))}</table></div>
${judges(run)}
<ul class="tiles">${tile(counts.total, 'rows')}${tile(counts.passed, 'passed')}${tile(counts.failed, 'failed')}${tile(counts.errored, 'could not be judged')}</ul>
${
  usage.length > 0 &&
  html`<h2>Models</h2><div class="wide"><table class="cards"><tr><th>Model</th><th class="n">asked</th><th class="n">prompt tokens</th><th class="n">answer tokens</th></tr>
${usage.map((each) => html`<tr><td class="name">${each.model_name}</td>${cell('asked', grouped(each.invocation_count))}${cell('prompt tokens', grouped(each.prompt_tokens))}${cell('answer tokens', grouped(each.completion_tokens))}</tr>`)}</table></div>`
}
${itemSection('Rows that could not be judged', await shownOf('error'), counts.errored)}
${itemSection('Rows that fail', await shownOf('fail'), counts.failed)}
${itemSection('Rows that pass', await shownOf('pass'), counts.passed)}
<footer>Made by Lathe (${run.id}). The page holds rows of the run and loads nothing.</footer>`;
  return pageOf(`${title} · Lathe`, body);
}

function verdict({ state, tally, error }: EvalRunRecord): Html {
  const { passed, failed, errored, total } = tally.counts;
  const judged = passed + failed;
  const { low, high } = wilson(passed, judged);
  const share = html`${grouped(passed)} of ${grouped(judged)} judged rows pass (${percent(passed, judged)}; of rows like these between ${percent(low, 1)} and ${percent(high, 1)})`;
  if (state === 'failed')
    return html`<div class="verdict no"><b>The run failed.</b><p>${error?.message}</p></div>`;
  if (state !== 'completed')
    return html`<div class="verdict no"><b>The run is ${state === 'in_progress' ? 'in progress' : state}: ${grouped(judged + errored)} of ${grouped(total)} rows are done.</b><p>${share}</p></div>`;
  return html`<div class="verdict"><b>${share}.</b>${errored > 0 && html`<p>${grouped(errored)} rows could not be judged.</p>`}</div>`;
}

function rateRow(name: string, passed: number, failed: number): Html {
  const { low, high } = wilson(passed, passed + failed);
  return html`<tr><td class="name">${name}</td>${cell('passed', grouped(passed))}${cell('failed', grouped(failed))}${cell('share', percent(passed, passed + failed))}${cell('95 % interval', `${percent(low, 1)} to ${percent(high, 1)}`)}</tr>`;
}

/** How far judges can be relied on: whether they say the same in both orders, and what people say. */
function judges({ tally }: EvalRunRecord): Html | false {
  const rows = tally.criteria.flatMap((each) => {
    const { testing_criteria: name, judge } = criterionResult(each);
    if (judge === undefined) return [];
    const { pairs, human } = judge;
    return [
      pairs &&
        html`<tr><td class="name">${name}</td><td>better in ${grouped(pairs.won)}, worse in ${grouped(pairs.lost)}, as good in ${grouped(pairs.tied)} rows; it said the same in both orders of ${percent(pairs.consistency, 1)}</td></tr>`,
      human &&
        html`<tr><td class="name">${name}</td><td>agrees with people on ${grouped(human.agreed)} of ${grouped(human.rows)} rows${human.kappa !== null && html`, Cohen’s κ ${human.kappa.toFixed(2)}`}</td></tr>`,
    ];
  });
  return (
    rows.length > 0 &&
    html`<h2>Judges</h2><div class="wide"><table><tr><th>Criterion</th><th>Its judge</th></tr>
${rows}</table></div>`
  );
}

const width = 720;
const left = 200;
const step = 30;
/** Characters of a name that fit beside the bars in the larger letters that phones get. */
const mostName = 15;

/** The share of rows that passes each criterion and all of them, with its 95 % interval. */
function passPlot({ tally }: EvalRunRecord): Html {
  const rates = [
    { name: 'all criteria', passed: tally.counts.passed, failed: tally.counts.failed },
    ...tally.criteria.map(({ testing_criteria: name, ...rest }) => ({ name, ...rest })),
  ];
  const at = (share: number): string => (left + share * (width - left - 20)).toFixed(1);
  const bars = rates.map(({ name, passed, failed }, i) => {
    const { rate, low, high } = wilson(passed, passed + failed);
    const y = i * step + 6;
    const wide = (Number(at(rate)) - left).toFixed(1);
    return html`<text x="${left - 8}" y="${y + 14}" text-anchor="end">${name.length > mostName ? `${name.slice(0, mostName - 1)}…` : name}</text><rect class="one" x="${left}" y="${y}" width="${wide}" height="18" rx="2"><title>${name}: ${percent(passed, passed + failed)}</title></rect><line class="axis" stroke-width="2" x1="${at(low)}" x2="${at(high)}" y1="${y + 9}" y2="${y + 9}"/>`;
  });
  return html`<figure><svg viewBox="0 0 ${width} ${rates.length * step + 24}" role="img" aria-label="Share of rows that pass">
${bars}<text x="${left}" y="${rates.length * step + 18}">0 %</text><text x="${width - 20}" y="${rates.length * step + 18}" text-anchor="end">100 %</text></svg>
<figcaption>bars: share of the judged rows; lines: 95 % Wilson intervals</figcaption></figure>`;
}

function tile(value: number, name: string): Html {
  return html`<li><b>${grouped(value)}</b>${name}</li>`;
}

function itemSection(title: string, items: readonly EvalItem[], all: number): Html | null {
  if (items.length === 0) return null;
  return html`<h2>${title}</h2>
<div class="wide"><table class="stack"><tr><th class="n">Row</th><th>Data</th><th>Answer</th><th>Criteria</th></tr>
${items.map(itemRow)}</table></div>
${all > items.length && html`<p class="soft">and ${grouped(all - items.length)} more, which output_items lists</p>`}`;
}

function itemRow({ index, item, sample, results }: EvalItem): Html {
  const answers = sample.output.map(({ content }) => cut(content));
  return html`<tr><td class="n">${grouped(index)}</td><td class="say">${cut(JSON.stringify(item))}</td>
<td class="say">${sample.error === null ? answers.map((text) => html`<p>${text}</p>`) : html`<p class="error">${sample.error.message}</p>`}</td>
<td class="say">${results.map(({ name, passed, score, error }) => html`<p>${name}: ${error === undefined ? `${passed ? 'passed' : 'failed'} (${Number(score.toPrecision(4))})` : html`<span class="error">${error.message}</span>`}</p>`)}</td></tr>`;
}

function cut(text: string): string {
  return text.length <= mostText ? text : `${text.slice(0, mostText)} …`;
}
