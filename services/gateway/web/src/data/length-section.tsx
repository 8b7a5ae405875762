import type { Insight } from '@lathe/contracts/artifact/insight';
import { useState } from 'preact/hooks';
import { grouped, percentText } from '../ui/numbers.ts';
import { LengthPlot } from './length-plot.tsx';

/** How long rows are, and what is lost where they are cut at a length that the reader moves. */
export function LengthSection({ insight }: { readonly insight: Insight }) {
  const { sequences, taught, truncation, offered, limit, tooLong } = insight;
  const [place, setPlace] = useState(truncation.length - 1);
  const chosen = truncation[place];
  return (
    <>
      <h2>Lengths</h2>
      <p>
        Half of the rows have at most {grouped(sequences.p50)} tokens, 95 of 100 at most{' '}
        {grouped(sequences.p95)}, the longest {grouped(sequences.max)}; up to {grouped(limit)} are
        taken.
      </p>
      <LengthPlot all={sequences} taught={taught} cut={chosen?.at ?? limit} />
      {chosen !== undefined && (
        <div class="slider">
          <label for="cut">Cut at {grouped(chosen.at)} tokens</label>
          <input
            id="cut"
            type="range"
            min={0}
            max={truncation.length - 1}
            value={place}
            aria-valuetext={`${grouped(chosen.at)} tokens`}
            onInput={(event) => setPlace(Number(event.currentTarget.value))}
          />
          <output for="cut">
            {chosen.rows === 0 ? (
              'Nothing is lost.'
            ) : (
              <>
                <b>{grouped(chosen.rows)}</b> rows would be cut:{' '}
                {percentText(chosen.tokens / Math.max(1, offered.tokens))} of all tokens are lost,
                and <b>{percentText(chosen.taught / Math.max(1, offered.taught))}</b> of those that
                are learnt.
              </>
            )}
          </output>
        </div>
      )}
      {tooLong !== undefined && (
        <p class="warn">
          {grouped(tooLong.rows)} rows are longer than is taken
          {tooLong.chosen === null ? '' : `; what is done about them: ${tooLong.chosen}`}.
        </p>
      )}
    </>
  );
}
