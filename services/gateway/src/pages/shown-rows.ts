import type { ShownRow } from '@lathe/contracts/artifact/insight';
import { grouped, type Html, html } from './html.ts';

const names = {
  first: 'The first row',
  middle: 'A row of middling length',
  longest: 'The longest row',
} as const satisfies Record<ShownRow['which'], string>;

/** Rows in the tokens of the model, those marked that it is taught. */
export function shownRows(rows: readonly ShownRow[]): Html | null {
  if (rows.length === 0) return null;
  const hasTaught = rows.some(({ sequences }) =>
    sequences.some(({ tokens }) => tokens.some((token) => token?.taught === true)),
  );
  return html`<h2>As the model sees them</h2>
<p class="soft">${hasTaught && html`<span class="key taught">taught: the model learns to write or tag it, or that it is of the answer</span> · <span class="key plain">only read</span> · `}each box is a token</p>
${rows.map(shownRow)}`;
}

function shownRow({ which, line, sequences, more }: ShownRow): Html {
  return html`<h3>${names[which]}, line ${grouped(line)}</h3>
${sequences.map(
  ({ tokens, length }) =>
    html`<div class="tokens" dir="auto" tabindex="0" role="group" aria-label="${grouped(length)} tokens">${tokens.map((token) => tokenBox(token, length - tokens.length + 1))}</div><p class="soft">${grouped(length)} tokens</p>`,
)}${more > 0 && html`<p class="soft">and ${grouped(more)} more sequences of the same row</p>`}`;
}

type Token = ShownRow['sequences'][number]['tokens'][number];

function tokenBox(token: Token, leftOut: number): Html {
  if (token === null) return html`<u> … ${grouped(leftOut)} tokens are left out here … </u>`;
  // A token of spaces alone, or one that ends a line, would not be seen.
  const text = token.text.replaceAll('\n', '⏎\n').replaceAll('\t', '⇥\t');
  if (text === '') return token.taught ? html`<b>·</b>` : html`<i>·</i>`;
  return token.taught ? html`<b>${text}</b>` : html`<i>${text}</i>`;
}
