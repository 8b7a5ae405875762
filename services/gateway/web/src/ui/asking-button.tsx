import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { sentenceOf } from '../api/client.ts';
import { Confirm } from './confirm.tsx';
import { Problem } from './states.tsx';

type Props = {
  readonly title: string;
  /** What goes, and whether it can be undone. */
  readonly text: string;
  /** What is done: `Delete the model`. */
  readonly act: string;
  /** Throws with a sentence that is shown below the button. */
  readonly onAct: () => Promise<void>;
  readonly class?: string;
  readonly children: ComponentChildren;
};

/** A button that asks before it does what cannot be undone. */
export function AskingButton({ title, text, act, onAct, class: name, children }: Props) {
  const [isAsking, setIsAsking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const run = async (): Promise<void> => {
    setProblem(null);
    try {
      await onAct();
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  };
  return (
    <>
      <button type="button" class={name} onClick={() => setIsAsking(true)}>
        {children}
      </button>
      {isAsking && (
        <Confirm
          {...{ title, text, act }}
          onClose={() => setIsAsking(false)}
          onAct={() => void run()}
        />
      )}
      {problem !== null && <Problem text={problem} />}
    </>
  );
}
