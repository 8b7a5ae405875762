import type { Insight } from '@lathe/contracts/artifact/insight';
import { cell, counted, grouped, type Html, html, percent } from './html.ts';

/** What each policy would make of a row. */
const meanings = {
  error: 'the job fails',
  drop: 'they are left out',
  truncate_end: 'their ends are cut',
  truncate_middle_context: 'the middle of their context is cut',
  split: 'each becomes several examples',
} as const;

/** What each length policy makes of the rows that are too long; nothing where none is. */
export function policyTable({ tooLong, taught, limit }: Insight): Html | '' {
  if (tooLong === undefined) return '';
  const { rows, chosen, policies } = tooLong;
  return html`<h2>Rows that are too long</h2>
<p class="soft">${counted(rows, 'row')} ${rows === 1 ? 'has' : 'have'} more than ${grouped(limit)} tokens. ${chosen === null ? 'The job names no policy for them (lathe.data.too_long)' : html`The job asks for ${chosen}`}; of cuts, a few tokens more may go.</p>
<table class="cards"><tr><th>policy</th><th class="n">rows changed</th><th class="n">rows left out</th><th class="n">tokens lost</th>${taught && html`<th class="n">taught tokens lost</th>`}<th class="n">examples</th></tr>
${policies.map(
  (each) =>
    html`<tr><td class="name">${each.policy === chosen ? html`<b>${each.policy}</b>` : each.policy}<div class="soft">${meanings[each.policy]}</div></td>${cell('rows changed', grouped(each.changed))}${cell('rows left out', grouped(each.leftOut))}${cell('tokens lost', grouped(each.tokens))}${taught && cell('taught tokens lost', grouped(each.taught))}${cell('examples', each.examples === undefined ? '–' : grouped(each.examples))}</tr>`,
)}</table>`;
}

/** What would be lost at lengths that the job could ask for. */
export function truncationTable({ truncation, offered, taught, limit }: Insight): Html {
  return html`<h2>If rows were cut</h2>
<p class="soft">Nothing is cut unless you ask for it by lathe.data.too_long: longer rows than ${grouped(limit)} tokens are left out and named, or refused where they are many; long texts are split.</p>
<div class="wide"><table><tr><th class="n">at tokens</th><th class="n">rows cut</th><th class="n">tokens lost</th><th class="n">share</th>${taught && html`<th class="n">taught tokens lost</th>`}</tr>
${truncation.map(
  (at) =>
    html`<tr><td class="n">${grouped(at.at)}</td><td class="n">${grouped(at.rows)}</td><td class="n">${grouped(at.tokens)}</td><td class="n">${percent(at.tokens, offered.tokens)}</td>${taught && html`<td class="n">${percent(at.taught, offered.taught)}</td>`}</tr>`,
)}</table></div>`;
}
