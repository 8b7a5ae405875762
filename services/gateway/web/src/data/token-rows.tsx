import type { ShownRow } from '@lathe/contracts/artifact/insight';
import { grouped } from '../ui/numbers.ts';

const names: Readonly<Record<ShownRow['which'], string>> = {
  first: 'The first row',
  middle: 'A row of middling length',
  longest: 'The longest row',
  cut: 'The first row that is cut for its length, as it stands',
  left_out: 'The first row that is left out for its length',
};

/** Rows in the tokens of the model, those marked that it learns. */
export function TokenRows({ rows }: { readonly rows: readonly ShownRow[] }) {
  if (rows.length === 0) return null;
  const hasTaught = rows.some(({ sequences }) =>
    sequences.some(({ tokens }) => tokens.some((token) => token?.taught)),
  );
  const hasCut = rows.some(({ sequences }) => sequences.some(({ cut = 0 }) => cut > 0));
  return (
    <>
      <h2>As the model sees them</h2>
      <p class="soft">
        {hasTaught && <span class="key taught">the model learns it</span>}
        <span class="key plain">only read</span>
        {hasCut && <span class="key cut">dropped for its length</span>} · each box is a token
      </p>
      {rows.map(({ which, line, sequences, more }) => (
        <div key={which}>
          <h3>
            {names[which]}, line {grouped(line)}
          </h3>
          {sequences.map((sequence, i) => (
            <Sequence key={`${which}${String(i)}`} {...sequence} />
          ))}
          {more > 0 && <p class="soft">and {grouped(more)} more sequences of the same row</p>}
        </div>
      ))}
    </>
  );
}

function Sequence({ tokens, length, cut = 0 }: ShownRow['sequences'][number]) {
  const gaps = tokens.filter((token) => token === null).length;
  // Where they stand in several places it is not known how many each lacks.
  const leftOut = gaps === 1 ? `${grouped(length - tokens.length + 1)} ` : '';
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: else only a pointer could scroll it */}
      <section class="tokens" dir="auto" tabIndex={0} aria-label={`${grouped(length)} tokens`}>
        {tokens.map((token, i) => {
          const key = String(i);
          if (token === null) return <u key={key}> … {leftOut}tokens are not shown here … </u>;
          if (token.cut)
            return (
              <s key={key} class={token.taught ? 'taught' : undefined}>
                {seen(token.text)}
              </s>
            );
          return token.taught ? (
            <b key={key}>{seen(token.text)}</b>
          ) : (
            <i key={key}>{seen(token.text)}</i>
          );
        })}
      </section>
      <p class="soft small-text">
        {grouped(length)} tokens{cut > 0 && `, of which ${grouped(cut)} are dropped`}
      </p>
    </>
  );
}

/** A token of spaces alone, or one that ends a line, would not be seen. */
function seen(text: string): string {
  if (text === '') return '·';
  return text.replaceAll('\n', '⏎\n').replaceAll('\t', '⇥\t');
}
