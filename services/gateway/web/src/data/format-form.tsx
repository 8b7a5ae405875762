import type { Detection, UnsureShape } from '@lathe/contracts/artifact/detection';
import type { DataOptions } from '@lathe/contracts/http/data';
import { choiceAnswersText } from '@lathe/contracts/words/choices';
import { percentText } from '../ui/numbers.ts';
import { saysShape, withShape } from './reading-options.ts';
import { ShapeFields } from './shape-fields.tsx';

type Props = {
  /** What was said of how the file is read. */
  readonly asked: DataOptions;
  readonly onChange: (data: DataOptions) => void;
};

/** What the file was taken for, and how to say otherwise: its format, and which column is what. */
export function FormatForm({
  detection,
  asked,
  onChange,
}: Props & { readonly detection: Detection }) {
  const { format, confidence, isAsked, columns, unused, candidates, answers, turns } = detection;
  const names = [...new Set([...Object.values(columns).flat(), ...unused])].sort();
  return (
    <>
      <p>
        Its rows are of the format <b>{format}</b>,{' '}
        {isAsked ? 'as you say' : `by its first rows, ${percentText(confidence)} of which agree`}.
      </p>
      <ShapeFields
        key={JSON.stringify([format, columns])}
        {...{ format, columns, names, candidates, answers: asked.choice_answers }}
        onChange={(shape) => onChange(withShape(asked, shape))}
      />
      {answers && <p>An answer is {choiceAnswersText[answers]}.</p>}
      {turns && (
        <p>
          Of each turn {turns.speaker} says who speaks, and {turns.text} what is said.
        </p>
      )}
      {unused.length > 0 && <p class="warn">Not trained on: {unused.join(', ')}.</p>}
      <AsItLooks asked={asked} onChange={onChange} />
    </>
  );
}

/** Asks what the rows are where it is not sure: which format, and which column is what. */
export function UnsureForm({
  unsure: { columns: names, candidates },
  asked,
  onChange,
}: Props & { readonly unsure: UnsureShape }) {
  const { format = '', columns = {}, choice_answers: answers } = asked;
  return (
    <>
      <h2>Format</h2>
      <p>
        It is not sure what the columns are. Choose how the rows are written, and which is what.
      </p>
      <ShapeFields
        key={JSON.stringify([format, columns])}
        {...{ format, columns, names, candidates, answers }}
        onChange={(shape) => onChange(withShape(asked, shape))}
      />
      <AsItLooks asked={asked} onChange={onChange} />
    </>
  );
}

function AsItLooks({ asked, onChange }: Props) {
  if (!saysShape(asked)) return null;
  return (
    <button type="button" onClick={() => onChange(withShape(asked))}>
      Take it as it looks
    </button>
  );
}
