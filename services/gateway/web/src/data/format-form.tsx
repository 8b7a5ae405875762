import type { Columns, Detection } from '@lathe/contracts/artifact/detection';
import { choiceAnswersText } from '@lathe/contracts/words/choices';
import { percentText } from '../ui/numbers.ts';
import type { ReadingOptions } from './reading-options.ts';

type Props = {
  readonly detection: Detection;
  readonly onChange: (change: Partial<ReadingOptions>) => void;
};

/** What the file was taken for, and how to say otherwise: its format, and which column is what. */
export function FormatForm({ detection, onChange }: Props) {
  const { format, confidence, isAsked, columns, unused, candidates, answers } = detection;
  const names = [...new Set([...Object.values(columns).flat(), ...unused])].sort();
  const choose = (role: string, name: string): void => {
    const { [role as keyof Columns]: _, ...others } = columns;
    onChange({ format, columns: name === '' ? others : { ...others, [role]: name } });
  };
  return (
    <>
      <p>
        Its rows are of the format <b>{format}</b>,{' '}
        {isAsked ? 'as you say' : `by its first rows, ${percentText(confidence)} of which agree`}.
      </p>
      <div class="form-grid">
        <label>
          Format
          <select
            value={format}
            onChange={(event) => {
              const chosen = candidates.find((each) => each.format === event.currentTarget.value);
              if (chosen !== undefined) onChange({ format: chosen.format, columns: null });
            }}
          >
            {candidates.map((each) => (
              <option key={each.format} value={each.format}>
                {each.format} ({percentText(each.confidence)})
              </option>
            ))}
          </select>
        </label>
        {Object.entries(columns).map(([role, used]) =>
          typeof used === 'string' ? (
            <label key={role}>
              {role}
              <select value={used} onChange={(event) => choose(role, event.currentTarget.value)}>
                {names.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
          ) : (
            <p key={role}>
              {role}: {used?.join(', ')}
            </p>
          ),
        )}
      </div>
      {answers && <p>An answer is {choiceAnswersText[answers]}.</p>}
      {unused.length > 0 && <p class="warn">Not trained on: {unused.join(', ')}.</p>}
      {isAsked && (
        <button type="button" onClick={() => onChange({ format: '', columns: null })}>
          Take it as it looks
        </button>
      )}
    </>
  );
}
