import type { ChoiceAnswers, Columns, FormatCandidate } from '@lathe/contracts/artifact/detection';
import {
  type ColumnRole,
  type FormatName,
  formatRoles,
} from '@lathe/contracts/artifact/format-roles';
import { choiceAnswersText } from '@lathe/contracts/words/choices';
import { useState } from 'preact/hooks';
import { percentText } from '../ui/numbers.ts';
import type { Shape } from './reading-options.ts';

type Props = {
  /** What the rows are taken for; '': nobody knows. */
  readonly format: FormatName | '';
  readonly columns: Columns;
  /** The columns of the file. */
  readonly names: readonly string[];
  readonly candidates: readonly FormatCandidate[];
  /** Of questions with choices: what somebody said that their answers are. */
  readonly answers: ChoiceAnswers | undefined;
  readonly onChange: (shape: Shape) => void;
};

/** The format of rows, and which column is what: told on once all that the format must have is chosen. */
export function ShapeFields({ candidates, names, answers, onChange, ...known }: Props) {
  const [{ format, columns }, setShape] = useState<Pick<Props, 'format' | 'columns'>>(known);
  // One format may be there twice, with other meanings of its answers.
  const likely = candidates.filter(
    (each, at) => candidates.findIndex(({ format: name }) => name === each.format) === at,
  );
  const others = Object.keys(formatRoles).filter(
    (name) => !candidates.some((each) => each.format === name),
  );
  const chooseFormat = (name: FormatName | ''): void => {
    const candidate = candidates.find((each) => each.format === name);
    setShape({ format: name, columns: candidate?.columns ?? {} });
    if (candidate !== undefined) onChange({ format: candidate.format });
  };
  const chooseColumn = (role: ColumnRole, name: string): void => {
    const { [role]: _, ...rest } = columns;
    const next: Columns = name === '' ? rest : { ...rest, [role]: name };
    setShape({ format, columns: next });
    if (format !== '' && formatRoles[format].must.every((each) => next[each] !== undefined))
      onChange({ format, columns: next, ...(answers && { choice_answers: answers }) });
  };
  const { must = [], may = [] } = format === '' ? {} : formatRoles[format];
  return (
    <div class="form-grid">
      <label>
        Format
        <select
          value={format}
          onChange={(event) => chooseFormat(event.currentTarget.value as FormatName | '')}
        >
          {format === '' && <option value="">choose …</option>}
          {likely.map((each) => (
            <option key={each.format} value={each.format}>
              {each.format} ({percentText(each.confidence)})
            </option>
          ))}
          <optgroup label="Others, by columns that you choose">
            {others.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </optgroup>
        </select>
      </label>
      {[...must, ...may].map((role: ColumnRole) => {
        const used = columns[role];
        return Array.isArray(used) ? (
          <p key={role}>
            {role}: {used.join(', ')}
          </p>
        ) : (
          <label key={role}>
            {role}
            <select
              value={used ?? ''}
              onChange={(event) => chooseColumn(role, event.currentTarget.value)}
            >
              <option value="">{must.includes(role as never) ? 'choose …' : 'none'}</option>
              {names.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        );
      })}
      {format === 'multiple-choice' && (
        <label>
          an answer is
          <select
            value={answers ?? ''}
            onChange={({ currentTarget: { value } }) =>
              onChange({
                ...{ format, columns },
                ...(value !== '' && { choice_answers: value as ChoiceAnswers }),
              })
            }
          >
            <option value="">as it looks</option>
            {Object.entries(choiceAnswersText).map(([name, text]) => (
              <option key={name} value={name}>
                {text}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}
