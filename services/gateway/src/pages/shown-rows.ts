import type { ShownRow } from '@lathe/contracts/artifact/insight';
import { grouped, type Html, html } from './html.ts';

const names = {
  first: 'The first row',
  middle: 'A row of middling length',
  longest: 'The longest row',
  cut: 'The first row that is cut for its length, as it stands',
  left_out: 'The first row that is left out for its length',
} as const satisfies Record<ShownRow['which'], string>;

/** Rows in the tokens of the model, those marked that it is taught. */
export function shownRows(rows: readonly ShownRow[]): Html | null {
  if (rows.length === 0) return null;
  const hasTaught = rows.some(({ sequences }) =>
    sequences.some(({ tokens }) => tokens.some((token) => token?.taught === true)),
  );
  const hasCut = rows.some(({ sequences }) => sequences.some(({ cut = 0 }) => cut > 0));
  return html`<h2>As the model sees them</h2>
<p class="soft">${hasTaught && html`<span class="key taught">taught: the model learns to write or tag it, or that it is of the answer</span> · <span class="key plain">only read</span> · `}${hasCut && html`<span class="key cut">cut or left out for its length: neither read nor learnt</span> · `}each box is a token</p>
${rows.map(shownRow)}`;
}

function shownRow({ which, line, sequences, more }: ShownRow): Html {
  return html`<h3>${names[which]}, line ${grouped(line)}</h3>
${sequences.map(
  ({ tokens, length, cut = 0 }) =>
    html`<div class="tokens" dir="auto" tabindex="0" role="group" aria-label="${grouped(length)} tokens">${tokens.map((token) => tokenBox(token, leftOutOf(tokens, length)))}</div><p class="soft">${grouped(length)} tokens${cut > 0 && html`, of which ${grouped(cut)} are dropped`}</p>`,
)}${more > 0 && html`<p class="soft">and ${grouped(more)} more sequences of the same row</p>`}`;
}

type Token = ShownRow['sequences'][number]['tokens'][number];

/** Tokens that are not shown, where they all stand in one place. */
function leftOutOf(tokens: readonly Token[], length: number): number | undefined {
  const gaps = tokens.filter((token) => token === null).length;
  return gaps === 1 ? length - tokens.length + 1 : undefined;
}

function tokenBox(token: Token, leftOut: number | undefined): Html {
  if (token === null)
    return html`<u> … ${leftOut !== undefined && `${grouped(leftOut)} `}tokens are not shown here … </u>`;
  // A token of spaces alone, or one that ends a line, would not be seen.
  const text = token.text.replaceAll('\n', '⏎\n').replaceAll('\t', '⇥\t');
  const seen = text === '' ? '·' : text;
  if (token.cut) return token.taught ? html`<s class="taught">${seen}</s>` : html`<s>${seen}</s>`;
  return token.taught ? html`<b>${seen}</b>` : html`<i>${seen}</i>`;
}
