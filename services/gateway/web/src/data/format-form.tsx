import type { Detection, UnsureShape } from '@lathe/contracts/artifact/detection';
import { choiceAnswersText } from '@lathe/contracts/words/choices';
import { percentText } from '../ui/numbers.ts';
import type { ReadingOptions } from './reading-options.ts';
import { ShapeFields } from './shape-fields.tsx';

type Props = { readonly onChange: (change: Partial<ReadingOptions>) => void };

/** What the file was taken for, and how to say otherwise: its format, and which column is what. */
export function FormatForm({ detection, onChange }: Props & { readonly detection: Detection }) {
  const { format, confidence, isAsked, columns, unused, candidates, answers } = detection;
  const names = [...new Set([...Object.values(columns).flat(), ...unused])].sort();
  return (
    <>
      <p>
        Its rows are of the format <b>{format}</b>,{' '}
        {isAsked ? 'as you say' : `by its first rows, ${percentText(confidence)} of which agree`}.
      </p>
      <ShapeFields
        key={JSON.stringify([format, columns])}
        {...{ format, columns, names, candidates, onChange }}
      />
      {answers && <p>An answer is {choiceAnswersText[answers]}.</p>}
      {unused.length > 0 && <p class="warn">Not trained on: {unused.join(', ')}.</p>}
      {isAsked && <AsItLooks onChange={onChange} />}
    </>
  );
}

type UnsureProps = Props & {
  readonly unsure: UnsureShape;
  /** What was said of it. */
  readonly asked: ReadingOptions;
};

/** Asks what the rows are where it is not sure: which format, and which column is what. */
export function UnsureForm({
  unsure: { columns: names, candidates },
  asked,
  onChange,
}: UnsureProps) {
  const isAsked = asked.format !== '' || asked.columns !== null;
  return (
    <>
      <h2>Format</h2>
      <p>
        It is not sure what the columns are. Choose how the rows are written, and which is what.
      </p>
      <ShapeFields
        key={JSON.stringify([asked.format, asked.columns])}
        format={asked.format}
        columns={asked.columns ?? {}}
        {...{ names, candidates, onChange }}
      />
      {isAsked && <AsItLooks onChange={onChange} />}
    </>
  );
}

function AsItLooks({ onChange }: Props) {
  return (
    <button type="button" onClick={() => onChange({ format: '', columns: null })}>
      Take it as it looks
    </button>
  );
}
