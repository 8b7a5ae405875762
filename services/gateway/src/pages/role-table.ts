import type { Insight } from '@lathe/contracts/artifact/insight';
import { cell, grouped, type Html, html } from './html.ts';
import { lengthBars } from './plots.ts';

/** How long messages of each role are; nothing where rows have none. */
export function roleTable({ roles }: Insight): Html | '' {
  if (roles === undefined) return '';
  return html`<h2>Messages by role</h2>
<p class="soft">Tokens of their texts, without what the template adds, in ${roles.rows === 1 ? 'one row' : `${grouped(roles.rows)} rows`} from all over the file</p>
<table class="cards"><tr><th>role</th><th class="n">messages</th><th class="n">half</th><th class="n">95 %</th><th class="n">longest</th><th></th></tr>
${roles.of.map(
  ({ role, messages, lengths }) =>
    html`<tr><td class="name">${role}</td>${cell('messages', grouped(messages))}${cell('half', grouped(lengths.p50))}${cell('95 %', grouped(lengths.p95))}${cell('longest', grouped(lengths.max))}<td class="name bars">${lengthBars(lengths, role)}</td></tr>`,
)}</table>`;
}
