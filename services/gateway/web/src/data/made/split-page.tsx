import type { FileObject } from '@lathe/contracts/http/file';
import { useState } from 'preact/hooks';
import { useQueryText } from '../../shell/router.ts';
import { ActButton } from '../../ui/act-button.tsx';
import { FileOptions } from '../../ui/file-options.tsx';
import { makeDataset } from './make-dataset.ts';
import { OfFiles } from './of-files.tsx';
import { Seed } from './seed.tsx';

/** What stays together in a split, by its name in the API. */
const groups = {
  prompt: 'rows that ask the same',
  row: 'nothing: each row by itself',
  evidence: 'threads and tickets of a converted file',
  field: 'rows with the same value of a field',
} as const;

/** Sets rows of a file apart, to judge by what was not trained on. */
export function SplitPage() {
  return (
    <>
      <h1>Split a file</h1>
      <p class="lead">
        Two files: rows to train on, and rows that are set apart to judge by. Rows that belong
        together stay together.
      </p>
      <OfFiles>{(files) => <Form files={files} />}</OfFiles>
    </>
  );
}

function Form({ files }: { readonly files: readonly FileObject[] }) {
  const [file, setFile] = useQueryText('file');
  const [percent, setPercent] = useState('10');
  const [group, setGroup] = useState<string>('prompt');
  const [field, setField] = useState('');
  const [seed, setSeed] = useState('1');
  const by = group === 'field' ? field.trim() : group;
  const make = (): Promise<void> =>
    makeDataset({ split: { file, share: Number(percent) / 100, seed: Number(seed), by } });
  const missing = file === '' ? 'Choose a file first.' : by === '' ? 'Name the field first.' : '';
  return (
    <>
      <div class="form-grid">
        <label>
          File
          <select value={file} onChange={(event) => setFile(event.currentTarget.value)}>
            <option value="">choose …</option>
            <FileOptions files={files} chosen={file} />
          </select>
        </label>
        <label>
          Percent that are set apart
          <input
            type="number"
            min={1}
            max={99}
            value={percent}
            onInput={(event) => setPercent(event.currentTarget.value)}
          />
        </label>
        <label>
          What stays together
          <select value={group} onChange={(event) => setGroup(event.currentTarget.value)}>
            {Object.entries(groups).map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
        </label>
        {group === 'field' && (
          <label>
            Field
            <input
              placeholder="metadata.ticket"
              maxLength={200}
              value={field}
              onInput={(event) => setField(event.currentTarget.value)}
            />
          </label>
        )}
        <Seed value={seed} onChange={setSeed} />
      </div>
      <p class="row">
        <ActButton class="main" act={make} isDisabled={missing !== ''}>
          Split the file
        </ActButton>
        {missing !== '' && <span class="soft">{missing}</span>}
      </p>
    </>
  );
}
