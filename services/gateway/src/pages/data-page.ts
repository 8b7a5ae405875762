import type { DatasetReport } from '@lathe/contracts/artifact/dataset';
import type { Insight } from '@lathe/contracts/artifact/insight';
import type { InspectionReport } from '@lathe/contracts/artifact/inspection';
import { splitSeedText } from '@lathe/contracts/words/seed';
import { sizeText } from '@lathe/contracts/words/size';
import { cleaningSection } from './cleaning-section.ts';
import { encodingSection } from './encoding-section.ts';
import { findingsTable } from './findings-table.ts';
import { formatSection } from './format-section.ts';
import { counted, grouped, type Html, html, percent } from './html.ts';
import { policyTable, truncationTable } from './length-tables.ts';
import { pageOf } from './page-frame.ts';
import { lengthPlot, shareRows } from './plots.ts';
import { roleTable } from './role-table.ts';
import { shownRows } from './shown-rows.ts';

/** What a page is about, beside the report. */
export type PageSubject = {
  /** The name of the file. */
  readonly name: string;
  readonly bytes: number | null;
  /** What looked at it: an inspection, or a job. */
  readonly id: string;
  readonly createdAt: number;
  /** Of an inspection: what chose the rows that are held out, where a job may choose others. */
  readonly seed?: number;
};

/** Labels that are shown; the rest is one line. */
const mostLabels = 30;

/** A report on data as a page for people, complete in itself. */
export function dataPage(report: InspectionReport, subject: PageSubject): string {
  const { dataset, repaired } = report;
  const size = subject.bytes === null ? '' : `${sizeText(subject.bytes)} · `;
  const date = new Date(subject.createdAt * 1000).toISOString().slice(0, 16).replace('T', ' ');
  const body = html`<header><h1>${subject.name}</h1>
<p class="soft">${size}looked at ${date} UTC for ${report.model ?? 'any model that is offered'}</p></header>
${report.passedOver?.map(({ model, why }) => html`<p class="soft">Not looked at for ${model}, since ${why}.</p>`)}
${verdict(report, subject.seed)}
${repaired && html`<p>The repaired file has ${counted(repaired.rows, 'row')}: those that are right, each once${repaired.repeated > 0 && html` (${counted(repaired.repeated, 'repetition')} ${repaired.repeated === 1 ? 'is' : 'are'} left out)`}, as JSON Lines.${repaired.mended > 0 && html` ${grouped(repaired.mended)} of them lost characters that no text has.`}</p>`}
${dataset && sections(dataset)}
<footer>Made by Lathe (${subject.id}). The page holds rows of the file and loads nothing.</footer>`;
  return pageOf(`${subject.name} · Lathe`, body);
}

function verdict(
  { refusal, task, method, dataset, plan }: InspectionReport,
  seed: number | undefined,
): Html {
  const teaches = task === null ? '' : ` for the task ${task.type}`;
  if (refusal !== null)
    return html`<div class="verdict no"><b>A job would refuse the file${teaches}.</b><p>${refusal.message}</p></div>`;
  const rows = dataset?.rows;
  const left =
    rows === undefined || rows.rejected === 0
      ? ''
      : `; ${grouped(rows.rejected)} ${rows.rejected === 1 ? 'is' : 'are'} left out`;
  // Of texts the plan counts pieces.
  const heldOut = plan !== undefined && plan.trainRows + plan.heldOutRows === rows?.kept;
  const trained = heldOut ? plan.trainRows : rows?.kept;
  const held = heldOut ? ` and hold ${grouped(plan.heldOutRows)} out to be scored` : '';
  return html`<div class="verdict"><b>A job would train on ${trained === undefined ? 'it' : counted(trained, 'row')}${teaches}${held}${left}.</b>${plan?.shows !== undefined && html`<p>${plan.shows}</p>`}${heldOut && plan.heldOutRows > 0 && seed !== undefined && html`<p>${splitSeedText(seed)}</p>`}${method === 'reinforcement' && html`<p>Nobody answers the rows: a model answers them itself, and a job with the method reinforcement teaches it by what a grader says.</p>`}</div>`;
}

function sections(dataset: DatasetReport): Html {
  const { rows, tokens, labels, insight, cleaning } = dataset;
  return html`<ul class="tiles">
${tile(rows.read, 'rows read')}${tile(rows.kept, 'rows used')}${tile(rows.rejected, 'rows left out')}${tile(rows.duplicates, 'repeat an earlier row')}
${tile(tokens.total, 'tokens')}${tokens.supervised > 0 && html`<li><b>${percent(tokens.supervised, tokens.total)}</b>of them taught</li>`}
${cleaning && tile(cleaning.conflicts, 'contradict an earlier row')}
</ul>
${formatSection(dataset.formats)}
<h2>Findings</h2>
${findingsTable(dataset)}
${cleaning && cleaningSection(cleaning)}
${insight && encodingSection(insight.encoding)}
${insight && lengthSection(dataset, insight)}
${labels !== undefined && labels.length > 0 && labelSection(labels)}
${insight && shownRows(insight.shown)}`;
}

function tile(value: number, name: string): Html {
  return html`<li><b>${grouped(value)}</b>${name}</li>`;
}

function lengthSection({ tokens }: DatasetReport, insight: Insight): Html {
  const { sequences, taught, asked, limit } = insight;
  const row = (
    name: string,
    lengths: Pick<Insight['sequences'], 'p50' | 'p95' | 'p99' | 'max' | 'total'>,
  ) =>
    html`<tr><td>${name}</td>${[lengths.p50, lengths.p95, lengths.p99, lengths.max, lengths.total].map((one) => html`<td class="n">${grouped(one)}</td>`)}</tr>`;
  return html`<h2>Lengths in tokens</h2>
${lengthPlot(sequences, taught, limit)}
<div class="wide"><table><tr><th></th><th class="n">half</th><th class="n">95 %</th><th class="n">99 %</th><th class="n">longest</th><th class="n">all</th></tr>
${row('rows', tokens)}${asked && row('read only', asked)}${taught && row('taught', taught)}</table></div>
${roleTable(insight)}
${policyTable(insight)}
${truncationTable(insight)}`;
}

function labelSection(labels: NonNullable<DatasetReport['labels']>): Html {
  const rows = labels.map(({ label, train, heldOut }) => ({ name: label, count: train + heldOut }));
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  const rest = rows.slice(mostLabels);
  return html`<h2>Labels</h2>
<p class="soft">${grouped(labels.length)} different ones, the most frequent first</p>
${shareRows(rows.slice(0, mostLabels), total)}
${rest.length > 0 && html`<p class="soft">and ${grouped(rest.length)} more, with ${grouped(rest.reduce((sum, { count }) => sum + count, 0))} rows together</p>`}`;
}
