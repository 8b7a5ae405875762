import type { FileObject } from '@lathe/contracts/http/file';
import { useState } from 'preact/hooks';
import { useQueryText } from '../../shell/router.ts';
import { ActButton } from '../../ui/act-button.tsx';
import { FileOptions } from '../../ui/file-options.tsx';
import { makeDataset } from './make-dataset.ts';
import { OfFiles } from './of-files.tsx';
import { Seed } from './seed.tsx';

/** Makes one file of several, some of which may weigh more. */
export function MixPage() {
  return (
    <>
      <h1>Mix files</h1>
      <p class="lead">
        One file of the rows of several: a weight of 0.5 takes half of a file’s rows, 2 takes each
        twice.
      </p>
      <OfFiles>{(files) => <Form files={files} />}</OfFiles>
    </>
  );
}

function Form({ files }: { readonly files: readonly FileObject[] }) {
  const [text, setText] = useQueryText('files');
  const chosen = text === '' ? [] : text.split(',');
  const [weights, setWeights] = useState<Readonly<Record<string, string>>>({});
  const [seed, setSeed] = useState('1');
  const weightOf = (id: string): string => weights[id] ?? '1';
  const make = (): Promise<void> =>
    makeDataset({
      mix: {
        files: chosen.map((file) => ({ file, weight: Number(weightOf(file)) })),
        seed: Number(seed),
      },
    });
  return (
    <>
      <div class="form-grid">
        <label>
          Add a file
          <select
            value=""
            onChange={({ currentTarget }) => {
              if (currentTarget.value !== '') setText([...chosen, currentTarget.value].join(','));
              currentTarget.value = '';
            }}
          >
            <option value="">choose …</option>
            <FileOptions files={files.filter(({ id }) => !chosen.includes(id))} chosen="" />
          </select>
        </label>
        <Seed value={seed} onChange={setSeed} />
      </div>
      {chosen.length > 0 && (
        <ul class="plain">
          {chosen.map((id) => {
            const name = files.find((file) => file.id === id)?.filename ?? id;
            return (
              <li key={id} class="row">
                <b>{name}</b> <span class="soft">{id.slice(-6)}</span>
                <label class="row">
                  weight
                  <input
                    type="number"
                    class="narrow"
                    aria-label={`Weight of ${name}`}
                    min={0.01}
                    max={100}
                    step="any"
                    value={weightOf(id)}
                    onInput={({ currentTarget: { value } }) =>
                      setWeights((before) => ({ ...before, [id]: value }))
                    }
                  />
                </label>
                <button
                  type="button"
                  class="small"
                  aria-label={`Leave ${name} out`}
                  onClick={() => setText(chosen.filter((each) => each !== id).join(','))}
                >
                  ✕
                </button>
              </li>
            );
          })}
        </ul>
      )}
      <p class="row">
        <ActButton class="main" act={make} isDisabled={chosen.length === 0}>
          Make the mix
        </ActButton>
        {chosen.length === 0 && <span class="soft">Add a file first.</span>}
      </p>
    </>
  );
}
