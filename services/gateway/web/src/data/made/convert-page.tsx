import type { DatasetRequest } from '@lathe/contracts/http/dataset';
import type { FileObject } from '@lathe/contracts/http/file';
import { useState } from 'preact/hooks';
import { useQueryText } from '../../shell/router.ts';
import { ActButton } from '../../ui/act-button.tsx';
import { bytesText } from '../../ui/numbers.ts';
import { DropZone } from '../drop-zone.tsx';
import { makeDataset } from './make-dataset.ts';
import { namesIn, type Source, sourceIn, sources } from './sources.ts';

/** Makes a training file of talk: FAQ pages, a Slack export or support tickets. */
export function ConvertPage() {
  const [said, setSource] = useQueryText('source', 'faq');
  const source = sourceIn(said);
  const [files, setFiles] = useState<readonly FileObject[]>([]);
  const { name, files: kinds, pairs } = sources[source];
  return (
    <>
      <h1>Make pairs of talk</h1>
      <p class="lead">
        Questions and answers that people wrote become rows to train on, each with the evidence
        where it comes from.
      </p>
      <div class="form-grid wide-fields">
        <label>
          What it is
          <select value={source} onChange={(event) => setSource(event.currentTarget.value)}>
            {Object.entries(sources).map(([value, words]) => (
              <option key={value} value={value}>
                {words.name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p class="soft">{pairs}</p>
      <DropZone
        title={`Drop ${name} here`}
        label={`File of ${name}`}
        hint={kinds}
        purpose="user_data"
        onUploaded={(file) => setFiles((before) => [...before, file])}
      />
      {files.length > 0 && (
        <ul class="plain">
          {files.map(({ id, filename, bytes }) => (
            <li key={id} class="row">
              <b>{filename}</b> <span class="soft">{bytesText(bytes)}</span>
              <button
                type="button"
                class="small"
                aria-label={`Leave ${filename} out`}
                onClick={() => setFiles((before) => before.filter((file) => file.id !== id))}
              >
                ✕
              </button>
            </li>
          ))}
        </ul>
      )}
      <Settings key={source} source={source} files={files.map(({ id }) => id)} />
    </>
  );
}

type Props = { readonly source: Source; readonly files: readonly string[] };

function Settings({ source, files }: Props) {
  const [system, setSystem] = useState('');
  const [people, setPeople] = useState('');
  const [channels, setChannels] = useState('');
  const [score, setScore] = useState('0.55');
  const [isSolved, setIsSolved] = useState(true);
  const [isJudged, setIsJudged] = useState(false);
  const make = async (): Promise<void> => {
    const convert = {
      source,
      files,
      ...(system.trim() !== '' && { system: system.trim() }),
      ...(source === 'slack' && {
        ...{ staff: namesIn(people), channels: namesIn(channels), least_score: Number(score) },
      }),
      ...(source === 'tickets' && {
        ...{ agents: namesIn(people), solved_only: isSolved, labels: isJudged },
      }),
    };
    await makeDataset({ convert } as DatasetRequest);
  };
  return (
    <>
      <div class="form-grid">
        <label>
          Stands first in each conversation
          <input
            placeholder="no system prompt"
            maxLength={10_000}
            value={system}
            onInput={(event) => setSystem(event.currentTarget.value)}
          />
        </label>
        {source !== 'faq' && (
          <label>
            {source === 'slack' ? 'Who answers' : 'Who answers mail'}
            <input
              placeholder={source === 'slack' ? 'anybody: dana, felix' : 'found: @shop.example'}
              value={people}
              onInput={(event) => setPeople(event.currentTarget.value)}
            />
          </label>
        )}
        {source === 'slack' && (
          <>
            <label>
              Channels
              <input
                placeholder="all"
                value={channels}
                onInput={(event) => setChannels(event.currentTarget.value)}
              />
            </label>
            <label>
              Least score of a pair
              <input
                type="number"
                min={0}
                max={1}
                step={0.05}
                value={score}
                onInput={(event) => setScore(event.currentTarget.value)}
              />
            </label>
          </>
        )}
      </div>
      {source === 'tickets' && (
        <>
          <label class="check">
            <input
              type="checkbox"
              checked={isSolved}
              onChange={(event) => setIsSolved(event.currentTarget.checked)}
            />
            Solved tickets alone
          </label>
          <label class="check">
            <input
              type="checkbox"
              checked={isJudged}
              onChange={(event) => setIsJudged(event.currentTarget.checked)}
            />
            Answers judged by their ratings, instead of answers to learn (KTO)
          </label>
        </>
      )}
      <p class="row">
        <ActButton class="main" act={make} isDisabled={files.length === 0}>
          Make the pairs
        </ActButton>
        {files.length === 0 && <span class="soft">Drop a file first.</span>}
      </p>
    </>
  );
}
