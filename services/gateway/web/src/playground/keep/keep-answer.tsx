import type { Feedback } from '@lathe/contracts/http/stored-completion';
import { useState } from 'preact/hooks';
import { ActButton } from '../../ui/act-button.tsx';
import type { Answer } from '../chat/turn.ts';
import { keepAnswer } from './stored-rows.ts';

export type Keeping = {
  /** The collection of rows. */
  readonly rows: string;
  readonly onKept: () => void;
  /** What the other models answered at a turn. */
  readonly rivals: (turn: number) => readonly Answer[];
};

type Props = {
  readonly id: string;
  /** Empty of an answer that calls tools. */
  readonly text: string;
  readonly turn: number;
  readonly keep: Keeping;
};

/** Makes a row of an answer: as it is, corrected, as a bad example, or as the better one of a pair. */
export function KeepAnswer({ id, text, turn, keep }: Props) {
  const [correction, setCorrection] = useState<string | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const rivals = keep
    .rivals(turn)
    .filter((rival) => rival.state === 'done' && rival.id !== null && rival.text !== text);
  const save = async (feedback: Partial<Feedback>, said: string): Promise<void> => {
    await keepAnswer(id, keep.rows, feedback);
    setDone(said);
    setCorrection(null);
    keep.onKept();
  };
  const prefer = async (): Promise<void> => {
    for (const rival of rivals)
      if (rival.id !== null) await keepAnswer(rival.id, keep.rows, { better_answer: text });
    setDone(rivals.length === 1 ? 'Saved as a pair.' : `Saved as ${rivals.length} pairs.`);
    keep.onKept();
  };
  return (
    <div class="keep">
      <div class="row">
        <ActButton class="small" act={() => save({ rating: 'up' }, 'Saved as a row.')}>
          Save as a row
        </ActButton>
        <button
          type="button"
          class="small"
          aria-expanded={correction !== null}
          onClick={() => setCorrection(correction === null ? text : null)}
        >
          Correct
        </button>
        {rivals.length > 0 && text !== '' && (
          <ActButton class="small" act={prefer}>
            Prefer this one
          </ActButton>
        )}
        <ActButton class="small" act={() => save({ rating: 'down' }, 'Saved as a bad answer.')}>
          Bad
        </ActButton>
        <span class="good small-text" role="status">
          {done}
        </span>
      </div>
      {correction !== null && (
        <div class="ask">
          <label>
            What should have been answered
            <textarea
              rows={3}
              value={correction}
              onInput={(event) => setCorrection(event.currentTarget.value)}
            />
          </label>
          <div class="row">
            <ActButton
              class="main"
              isDisabled={correction.trim() === '' || correction === text}
              act={() => save({ better_answer: correction }, 'Saved with its correction.')}
            >
              Save the correction
            </ActButton>
          </div>
        </div>
      )}
    </div>
  );
}
