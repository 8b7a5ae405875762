import type { CreatedKey } from '@lathe/contracts/http/key';
import { useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { ActButton } from '../ui/act-button.tsx';
import { CopyText } from '../ui/copy-text.tsx';

type Props = {
  /** Whether the key may be of another project. */
  readonly isOperator: boolean;
  readonly project: string;
  readonly onMade: () => void;
};

/** Makes a key, and shows it the one time that it can be seen. */
export function NewKey({ isOperator, project, onMade }: Props) {
  const [name, setName] = useState('');
  const [role, setRole] = useState('member');
  const [wanted, setWanted] = useState('');
  const [made, setMade] = useState<CreatedKey | null>(null);
  const make = async (): Promise<void> => {
    const other = wanted.trim();
    const body = { name: name.trim(), role, ...(other !== '' && { project: other }) };
    setMade(await ask<CreatedKey>('/v1/lathe/keys', { method: 'POST', body }));
    setName('');
    onMade();
  };
  return (
    <>
      <fieldset class="choice form-grid">
        <legend class="unseen">New key</legend>
        <label>
          Who or what has it
          <input
            value={name}
            maxLength={64}
            placeholder="nightly job"
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label>
          Role
          <select value={role} onChange={(event) => setRole(event.currentTarget.value)}>
            <option value="member">member: all its work</option>
            <option value="admin">admin: its keys, too</option>
          </select>
        </label>
        {isOperator && (
          <label>
            Project
            <input
              value={wanted}
              placeholder={project}
              onInput={(event) => setWanted(event.currentTarget.value)}
            />
          </label>
        )}
        <div class="row">
          <ActButton class="main" act={make} isDisabled={name.trim() === ''}>
            Make the key
          </ActButton>
        </div>
      </fieldset>
      {made !== null && (
        <div class="verdict good" role="status">
          <p>
            The key of {made.name} in {made.project}. Copy it now: it is shown this once.
          </p>
          <CopyText text={made.key} what="the new key" />
        </div>
      )}
    </>
  );
}
