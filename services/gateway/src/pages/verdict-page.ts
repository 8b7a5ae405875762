import type { EvaluationReport, VerdictOutcome } from '@lathe/contracts/artifact/report';
import type { JobRecord } from '@lathe/contracts/job/record';
import { metricText } from '@lathe/contracts/words/contestants';
import { contestantPlot } from './contestant-plot.ts';
import { forgettingSection } from './forgetting-section.ts';
import { grouped, type Html, html } from './html.ts';
import { pageOf } from './page-frame.ts';
import { rewardPlot } from './reward-plot.ts';
import { rowsSections, weaknessSection } from './verdict-rows.ts';
import { changesTable, comparisonTable, contestantTable } from './verdict-tables.ts';

/** What the job that made the model says of itself. */
export type JudgedJob = Pick<
  JobRecord,
  'id' | 'createdAt' | 'startedAt' | 'finishedAt' | 'trainedTokens' | 'progress'
>;

/** How the tuned model compares, as a page for people, complete in itself: one sentence, a picture, then tables and rows. */
export function verdictPage(report: EvaluationReport, job: JudgedJob): string {
  const { fineTunedModel, baseModel, rows, warnings } = report;
  const date = new Date((job.finishedAt ?? job.createdAt) * 1000).toISOString();
  const body = html`<header><h1>Was tuning worth it?</h1>
<p class="soft name">${fineTunedModel} · tuned from ${baseModel} · ${date.slice(0, 16).replace('T', ' ')} UTC</p></header>
${verdictBox(report)}
${report.notes.map((text) => html`<p>${text}</p>`)}
${rows > 0 && html`<p class="soft">Judged on ${grouped(rows)} ${rows === 1 ? 'row' : 'rows'} ${report.heldOutSource === 'validation_file' ? 'of the validation file' : 'held out of the training file'}${report.sampled && html`, drawn by chance from more`}; the tuned model never saw them.</p>`}
${contestantPlot(report)}
${rewardPlot(report)}
${tiles(report, job)}
${warnings.length > 0 && html`<h2>Warnings</h2><ul>${warnings.map((text) => html`<li class="warn">${text}</li>`)}</ul>`}
${comparisonTable(report)}
${changesTable(report)}
${report.contestants.length > 0 && contestantTable(report)}
${forgettingSection(report)}
${weaknessSection(report)}
${rowsSections(report)}
<footer>Made by Lathe (${job.id}). The page holds rows of the data and loads nothing.</footer>`;
  return pageOf(`Was tuning worth it? ${fineTunedModel} · Lathe`, body);
}

/** The sentence on top; its colour says whether to tune, not to, or that nobody can tell. */
function verdictBox({ verdict, outcome, rows, contestants }: EvaluationReport): Html {
  if (rows === 0)
    return html`<div class="verdict unsure"><b>${verdict || 'Nobody can tell: no rows were held out, so the tuned model was not compared.'}</b></div>`;
  if (verdict === '') {
    const tell = (name: string) => contestants.find((each) => each.name === name)?.loss;
    const [tuned, base] = [tell('tuned'), tell('base')];
    if (typeof tuned !== 'number' || typeof base !== 'number')
      return html`<div class="verdict unsure"><b>There is nothing to compare the tuned model with.</b></div>`;
    const kind = tuned < base ? 'fits' : 'does not fit';
    return html`<div class="verdict ${tuned < base ? false : 'no'}"><b>The tuned model ${kind} the held-out texts better than its base: loss ${metricText(tuned, 'number')} against ${metricText(base, 'number')}.</b></div>`;
  }
  // Reports of before there was an outcome have the sentence alone.
  const { colour, sign } = outcome === undefined ? { colour: 'plain', sign: '' } : boxes[outcome];
  return html`<div class="verdict ${colour}">${sign !== '' && html`<p class="outcome">${sign}</p>`}<b>${verdict}</b></div>`;
}

/** Colour of the box, and its words beside the colour. */
const boxes: Readonly<
  Record<VerdictOutcome, { readonly colour: string | false; readonly sign: string }>
> = {
  improved: { colour: false, sign: '▲ Improved' },
  regressed: { colour: 'no', sign: '▼ Regressed' },
  "don't fine-tune": { colour: 'no', sign: '✕ Don’t fine-tune' },
  'cannot tell': { colour: 'unsure', sign: '= Cannot tell' },
  'not compared': { colour: 'unsure', sign: '' },
};

/** What tuning cost, in figures. */
function tiles({ rows, cost }: EvaluationReport, job: JudgedJob): Html {
  const { startedAt, finishedAt, trainedTokens, progress } = job;
  const seconds = startedAt === null || finishedAt === null ? null : finishedAt - startedAt;
  const steps = progress?.step;
  return html`<ul class="tiles"><li><b>${grouped(rows)}</b>held-out rows</li>
${trainedTokens !== null && html`<li><b>${grouped(trainedTokens)}</b>tokens trained on</li>`}${steps !== undefined && html`<li><b>${grouped(steps)}</b>training steps</li>`}${seconds !== null && html`<li><b>${duration(seconds)}</b>for the whole job</li>`}${cost && html`<li><b>${duration(Math.round(cost.evaluationSeconds))}</b>of it to judge the model</li>`}</ul>`;
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
