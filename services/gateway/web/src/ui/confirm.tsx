import { useEffect, useRef } from 'preact/hooks';

type Props = {
  readonly title: string;
  /** What happens, and whether it can be undone. */
  readonly text: string;
  /** What is done: `Cancel the job`. */
  readonly act: string;
  readonly onAct: () => void;
  readonly onClose: () => void;
};

/** Asks before something that cannot be undone. */
export function Confirm({ title, text, act, onAct, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="confirm-title">
      <h2 id="confirm-title">{title}</h2>
      <p>{text}</p>
      <div class="row">
        <button type="button" onClick={onClose}>
          Go back
        </button>
        <button
          type="button"
          class="danger"
          onClick={() => {
            onClose();
            onAct();
          }}
        >
          {act}
        </button>
      </div>
    </dialog>
  );
}
