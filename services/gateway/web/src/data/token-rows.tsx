import type { ShownRow } from '@lathe/contracts/artifact/insight';
import { grouped } from '../ui/numbers.ts';

const names: Readonly<Record<ShownRow['which'], string>> = {
  first: 'The first row',
  middle: 'A row of middling length',
  longest: 'The longest row',
};

/** Rows in the tokens of the model, those marked that it learns. */
export function TokenRows({ rows }: { readonly rows: readonly ShownRow[] }) {
  if (rows.length === 0) return null;
  return (
    <>
      <h2>As the model sees them</h2>
      <p class="soft">
        <span class="key taught">the model learns it</span>
        <span class="key plain">only read</span> · each box is a token
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

function Sequence({ tokens, length }: ShownRow['sequences'][number]) {
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: else only a pointer could scroll it */}
      <section class="tokens" dir="auto" tabIndex={0} aria-label={`${grouped(length)} tokens`}>
        {tokens.map((token, i) => {
          const key = String(i);
          if (token === null)
            return (
              <u key={key}> … {grouped(length - tokens.length + 1)} tokens are left out here … </u>
            );
          return token.taught ? (
            <b key={key}>{seen(token.text)}</b>
          ) : (
            <i key={key}>{seen(token.text)}</i>
          );
        })}
      </section>
      <p class="soft small-text">{grouped(length)} tokens</p>
    </>
  );
}

/** A token of spaces alone, or one that ends a line, would not be seen. */
function seen(text: string): string {
  if (text === '') return '·';
  return text.replaceAll('\n', '⏎\n').replaceAll('\t', '⇥\t');
}
