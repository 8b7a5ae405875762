import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { sentenceOf } from '../api/client.ts';

type Props = {
  /** Throws with a sentence that is shown beside the button. */
  readonly act: () => Promise<unknown>;
  readonly class?: string;
  readonly isDisabled?: boolean;
  readonly children: ComponentChildren;
};

/** A button whose work takes a moment: it waits for the end, and says what went wrong. */
export function ActButton({ act, class: name, isDisabled = false, children }: Props) {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const run = async (): Promise<void> => {
    setIsBusy(true);
    setProblem(null);
    try {
      await act();
    } catch (error) {
      setProblem(sentenceOf(error));
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <>
      <button
        type="button"
        class={name}
        disabled={isBusy || isDisabled}
        aria-busy={isBusy}
        onClick={() => void run()}
      >
        {children}
      </button>
      {problem !== null && (
        <span class="error" role="alert">
          {problem}
        </span>
      )}
    </>
  );
}
