import { cutText, type Mark } from './cut-text.ts';

/** Colours of marks; further labels begin with the first again. */
const tones = 5;

/** A text whose marked parts are coloured, each with its label and how sure that is behind it. */
export function MarkedText({
  text,
  marks,
}: {
  readonly text: string;
  readonly marks: readonly Mark[];
}) {
  return (
    <p class="said">
      {cutText(text, marks).map(({ text: part, mark }, at) =>
        mark === null ? (
          part
        ) : (
          <mark key={at} class={`tone-${mark.tone % tones}`}>
            {part}
            {mark.label !== '' && (
              <small>
                {' '}
                {mark.label} {mark.detail}
              </small>
            )}
          </mark>
        ),
      )}
    </p>
  );
}
