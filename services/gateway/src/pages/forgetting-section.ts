import type { EvaluationReport } from '@lathe/contracts/artifact/report';
import { chanceText } from '@lathe/contracts/words/contestants';
import { cell, grouped, type Html, html } from './html.ts';

const mostText = 300;

/** What tuning did to what the base knows besides the task: a sentence, the figures, and questions that were lost. */
export function forgettingSection({ forgetting }: EvaluationReport): Html | null {
  if (forgetting === undefined) return null;
  const { outcome, sentence, questions, text, evals = [] } = forgetting;
  const isForgotten = outcome === 'forgotten';
  return html`<h2>What else it still knows</h2>
<p class="${isForgotten && 'warn'}">${isForgotten && '▼ '}${sentence}</p>
<div class="wide"><table class="cards"><tr><th>What</th><th class="n">before tuning</th><th class="n">after</th><th class="n">by chance</th></tr>
${questions && html`<tr><td class="name">General questions answered right<div class="soft">of ${grouped(questions.asked)}, such as “What is the capital of France?”</div></td>${cell('before tuning', grouped(questions.before))}${cell('after', grouped(questions.after))}${cell('by chance', chanceText(questions.pValue))}</tr>`}${
  text &&
  html`<tr><td class="name">Perplexity of general texts<div class="soft">how surprising it finds plain English; less is better</div></td>${cell('before tuning', perplexity(text.before))}${cell('after', perplexity(text.after))}${cell('by chance', chanceText(text.pValue))}</tr>`
}${evals.map(evalRow)}</table></div>
${
  questions &&
  questions.lost.length > 0 &&
  html`<div class="wide"><table class="cards"><caption>Questions that the base answers right, and the tuned model wrong</caption><tr><th>Question</th><th>right</th><th>base</th><th>tuned</th></tr>
${questions.lost.map(({ question, expected, before, after }) => html`<tr><td class="name">${question}</td>${cell('right', expected, '')}${cell('base', cut(before), 'say')}${cell('tuned', cut(after), 'say')}</tr>`)}</table></div>`
}`;
}

type Eval = NonNullable<NonNullable<EvaluationReport['forgetting']>['evals']>[number];

function evalRow({ evalId, name, rows, asked, before, after, pValue, lost }: Eval): Html {
  const unjudged = asked === rows ? '' : `; ${grouped(asked - rows)} more could not be judged`;
  const gone = lost.length === 0 ? '' : `; lost are lines ${lost.join(', ')}`;
  return html`<tr><td class="name">Rows of the eval ${name || evalId} that pass<div class="soft">of ${grouped(rows)}${unjudged}${gone}</div></td>${cell('before tuning', grouped(before))}${cell('after', grouped(after))}${cell('by chance', chanceText(pValue))}</tr>`;
}

function perplexity(loss: number): string {
  return Number(Math.exp(loss).toPrecision(3)).toLocaleString('en-US');
}

function cut(text: string): string {
  const said = text.trim();
  return said.length <= mostText ? said : `${said.slice(0, mostText)} …`;
}
