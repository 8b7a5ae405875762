import type { FileObject } from '@lathe/contracts/http/file';
import type { CreateJob, JobObject } from '@lathe/contracts/http/fine-tuning';
import type { Page } from '@lathe/contracts/http/list';
import type { ModelObject } from '@lathe/contracts/http/model';
import { Fragment } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { useQuery } from '../api/use-query.ts';
import { ModelOptions } from '../models/model-options.tsx';
import { optionsIn } from '../options/options-in.ts';
import { Link } from '../shell/link.tsx';
import { navigate, usePlace } from '../shell/router.ts';
import { ActButton } from '../ui/act-button.tsx';
import { FileOptions } from '../ui/file-options.tsx';
import { Answered, Empty } from '../ui/states.tsx';
import { CallSection } from './call-section.tsx';
import { DryRun } from './dry-run.tsx';
import { EstimateSection } from './estimate-section.tsx';
import { draftOf, emptyDraft, type JobDraft, methodNamed, requestOf } from './job-draft.ts';
import { OptionFields } from './option-fields.tsx';
import { RewardFields } from './reward-fields.tsx';
import { useEstimate } from './use-estimate.ts';

/** A job before it runs: rows, model and settings, what that comes to, and the same as a program. */
export function NewJobPage() {
  const { query } = usePlace();
  const from = query.get('from');
  const model = query.get('model');
  const start = useQuery(
    async (signal) => {
      const [files, models, source] = await Promise.all([
        ask<Page<FileObject>>('/v1/files?purpose=fine-tune&limit=1000', { signal }),
        ask<Pick<Page<ModelObject>, 'data'>>('/v1/models', { signal }),
        from === null ? null : ask<JobObject>(`/v1/fine_tuning/jobs/${from}`, { signal }),
      ]);
      return { files: files.data, models: models.data, source };
    },
    [from],
  );
  return (
    <>
      <h1>
        {from === null
          ? 'New job'
          : model === null
            ? 'Clone with changes'
            : 'Continue from a checkpoint'}
      </h1>
      {from !== null && model !== null && (
        <p class="soft">
          The job learns on from the weights of <code>{model}</code>; the optimizer starts afresh.
        </p>
      )}
      <Answered query={start} what="files and models">
        {({ files, models, source }) =>
          files.length === 0 ? (
            <Empty title="There is no file to train on yet.">
              <p>
                <Link to="/data">Drop one on the data page</Link>, then come back.
              </p>
            </Empty>
          ) : (
            <JobForm
              files={files}
              models={models}
              first={source === null ? drafted(query) : cloned(source, query)}
            />
          )
        }
      </Answered>
    </>
  );
}

/** A job to change, on the model or the file that the address names instead of its own. */
function cloned(source: JobObject, query: URLSearchParams): JobDraft {
  const draft = draftOf(source, query.get('model'));
  const file = query.get('file');
  return file === null ? draft : { ...draft, file };
}

/** What the page of a file asks for in the address. */
function drafted(query: URLSearchParams): JobDraft {
  const data = optionsIn(query.get('data'));
  return {
    ...emptyDraft,
    file: query.get('file') ?? '',
    model: query.get('model') ?? '',
    method: methodNamed(query.get('method')),
    lathe: Object.keys(data).length === 0 ? {} : { data },
  };
}

const presets: readonly (readonly [name: string, about: string, change: Partial<JobDraft>])[] = [
  ['Usual', 'what Lathe chooses by your rows', { epochs: '', lathe: {} }],
  ['Quick look', 'every row once', { epochs: '1', lathe: {} }],
  [
    'Stop in time',
    'ends when the held-out loss gets no better, and keeps the best step',
    { epochs: '', lathe: { early_stopping: { metric: 'loss', patience: 3 } } },
  ],
];

type FormProps = {
  readonly files: readonly FileObject[];
  readonly models: readonly ModelObject[];
  readonly first: JobDraft;
};

function JobForm({ files, models, first }: FormProps) {
  const [draft, setDraft] = useState(first);
  const set = (change: Partial<JobDraft>): void => setDraft((now) => ({ ...now, ...change }));
  const text = (name: Exclude<keyof JobDraft, 'lathe' | 'method'>) => ({
    value: draft[name],
    onInput: (event: { currentTarget: HTMLInputElement }) =>
      set({ [name]: event.currentTarget.value }),
  });
  const body = requestOf(draft);
  const estimating = useEstimate(body);
  const task = estimating.estimate?.task?.type;
  useEffect(() => {
    // Pairs of answers are learnt by a method of their own.
    if (task === 'preference') set({ method: 'dpo' });
  }, [task]);
  const isRefused = (estimating.estimate?.refusals.length ?? 0) > 0;
  const create = async (): Promise<void> => {
    const job = await ask<JobObject>('/v1/fine_tuning/jobs', { method: 'POST', body });
    navigate(`/jobs/${job.id}`);
  };
  return (
    <div class="two-columns">
      <form onSubmit={(event) => event.preventDefault()}>
        <h2>Rows and model</h2>
        <div class="form-grid">
          <label>
            Training file
            <select
              value={draft.file}
              onChange={(event) => set({ file: event.currentTarget.value })}
            >
              <option value="">choose …</option>
              <FileOptions files={files} chosen={draft.file} />
            </select>
          </label>
          <label>
            Validation file
            <select
              value={draft.validation}
              onChange={(event) => set({ validation: event.currentTarget.value })}
            >
              <option value="">none: rows are held out</option>
              <FileOptions files={files} chosen={draft.validation} />
            </select>
          </label>
          <label>
            Model
            <select
              value={draft.model}
              onChange={(event) => set({ model: event.currentTarget.value })}
            >
              <option value="">choose …</option>
              <ModelOptions models={models} />
            </select>
          </label>
          <label>
            Method
            <select
              value={draft.method}
              onChange={(event) => set({ method: event.currentTarget.value as JobDraft['method'] })}
            >
              <option value="supervised">supervised: the answers</option>
              <option value="dpo">dpo: the better of two</option>
              <option value="reinforcement">reinforcement: a grader</option>
            </select>
          </label>
        </div>
        {draft.method === 'reinforcement' && <RewardFields draft={draft} set={set} />}
        <h2>Settings</h2>
        <fieldset class="presets choice">
          <legend class="unseen">Presets</legend>
          {presets.map(([name, about, { lathe: options, ...change }]) => (
            <Fragment key={name}>
              <button
                type="button"
                aria-describedby={presetId(name)}
                onClick={() => set({ ...change, lathe: { ...keptOptions(draft), ...options } })}
              >
                {name}
              </button>
              <span class="soft small-text" id={presetId(name)}>
                {about}
              </span>
            </Fragment>
          ))}
        </fieldset>
        <div class="form-grid">
          <label>
            Name in the lists
            <input maxLength={64} placeholder="none" {...text('name')} />
          </label>
          <label>
            Suffix of the model’s name
            <input
              maxLength={64}
              pattern="[A-Za-z0-9._\-]*"
              placeholder="none"
              {...text('suffix')}
            />
          </label>
          <label>
            Times each row is seen
            <input type="number" min={1} max={50} placeholder="auto" {...text('epochs')} />
          </label>
          <label>
            Examples in a step
            <input type="number" min={1} max={256} placeholder="auto" {...text('batch')} />
          </label>
          <label>
            Learning rate, multiplied by
            <input
              type="number"
              min={0.000001}
              max={1000}
              step="any"
              placeholder="auto"
              {...text('rate')}
            />
          </label>
          {draft.method === 'dpo' && (
            <label>
              Beta: how far it is held to what it was
              <input
                type="number"
                min={0.0001}
                max={2}
                step="any"
                placeholder="auto"
                {...text('beta')}
              />
            </label>
          )}
          <label>
            Seed
            <input type="number" min={0} max={2147483647} placeholder="drawn" {...text('seed')} />
          </label>
        </div>
        <details open={Object.keys(draft.lathe).length > 0}>
          <summary>All settings</summary>
          <OptionFields options={draft.lathe} onChange={(lathe) => set({ lathe })} />
        </details>
      </form>
      <section aria-label="What the job would be" class="aside">
        <h2>What it comes to</h2>
        <EstimateSection estimating={estimating} />
        <div class="row">
          <ActButton class="main" act={create} isDisabled={body === null || isRefused}>
            Start the job
          </ActButton>
          {body !== null && <DryRun body={body} />}
        </div>
        {body !== null && (
          <>
            <h2>The same as a program</h2>
            <CallSection body={body satisfies CreateJob} />
          </>
        )}
      </section>
    </div>
  );
}

const presetId = (name: string): string => `preset-${name.replaceAll(' ', '-')}`;

/** Options that say how the rows are read, which a preset leaves alone. */
function keptOptions({ lathe: { data, task } }: JobDraft): JobDraft['lathe'] {
  return { ...(data !== undefined && { data }), ...(task !== undefined && { task }) };
}
