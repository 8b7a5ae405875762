import type { AliasObject } from '@lathe/contracts/http/alias';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { ActButton } from '../ui/act-button.tsx';

type Props = { readonly model: string; readonly onClose: (done: string | null) => void };

/** Asks for the name under which a model is to answer from now on. */
export function Promote({ model, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [alias, setAlias] = useState('');
  useEffect(() => dialog.current?.showModal(), []);
  const set = async (): Promise<void> => {
    const body = { alias: alias.trim(), model };
    await ask<AliasObject>('/v1/lathe/aliases', { method: 'POST', body });
    onClose(`${alias.trim()} is answered by it now.`);
  };
  return (
    <dialog ref={dialog} onClose={() => onClose(null)} aria-labelledby="promote-title">
      <h2 id="promote-title">Promote this checkpoint</h2>
      <p>
        Your code asks for an alias; from now on <code>{model}</code> answers under it. The alias
        moves back as easily, on the page of models.
      </p>
      <label class="field">
        Alias
        <input
          value={alias}
          placeholder="gpt-4o-mini"
          onInput={(event) => setAlias(event.currentTarget.value)}
        />
      </label>
      <div class="row">
        <button type="button" onClick={() => onClose(null)}>
          Go back
        </button>
        <ActButton class="main" act={set} isDisabled={alias.trim() === ''}>
          Set the alias
        </ActButton>
      </div>
    </dialog>
  );
}
