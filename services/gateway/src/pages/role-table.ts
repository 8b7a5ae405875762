import type { Insight } from '@lathe/contracts/artifact/insight';
import { grouped, type Html, html } from './html.ts';
import { lengthBars } from './plots.ts';

/** How long messages of each role are; nothing where rows have none. */
export function roleTable({ roles }: Insight): Html | '' {
  if (roles === undefined) return '';
  return html`<h2>Messages by role</h2>
<p class="soft">Tokens of their texts, without what the template adds, in ${roles.rows === 1 ? 'one row' : `${grouped(roles.rows)} rows`} from all over the file</p>
<div class="wide"><table><tr><th>role</th><th class="n">messages</th><th class="n">half</th><th class="n">95 %</th><th class="n">longest</th><th>lengths</th></tr>
${roles.of.map(
  ({ role, messages, lengths }) =>
    html`<tr><td>${role}</td>${[messages, lengths.p50, lengths.p95, lengths.max].map((one) => html`<td class="n">${grouped(one)}</td>`)}<td width="40%">${lengthBars(lengths, role)}</td></tr>`,
)}</table></div>`;
}
