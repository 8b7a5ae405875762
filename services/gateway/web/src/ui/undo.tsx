import { ActButton } from './act-button.tsx';

/** Something that was taken away, and how it comes back. */
export type Undoable = { readonly said: string; readonly undo: () => Promise<void> };

/** Says what was taken away last, beside the way back; nothing where nothing was. */
export function Undo({ done }: { readonly done: Undoable | null }) {
  return (
    <p class="row" role="status">
      {done !== null && (
        <>
          {done.said}{' '}
          <ActButton class="small" act={done.undo}>
            Undo
          </ActButton>
        </>
      )}
    </p>
  );
}
