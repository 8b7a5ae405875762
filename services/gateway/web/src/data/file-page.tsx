import type { InspectionReport } from '@lathe/contracts/artifact/inspection';
import type { DataOptions } from '@lathe/contracts/http/data';
import type { DatasetObject } from '@lathe/contracts/http/dataset-object';
import type { RetrievedFile } from '@lathe/contracts/http/file';
import type { InspectionObject } from '@lathe/contracts/http/inspection';
import type { Page } from '@lathe/contracts/http/list';
import type { ModelObject } from '@lathe/contracts/http/model';
import { splitSeedText } from '@lathe/contracts/words/seed';
import { ask, download, sentenceOf } from '../api/client.ts';
import { useQuery } from '../api/use-query.ts';
import { Lineage } from '../lineage/lineage.tsx';
import { useLineage } from '../lineage/use-lineage.ts';
import { ModelOptions } from '../models/model-options.tsx';
import { Link } from '../shell/link.tsx';
import { navigate } from '../shell/router.ts';
import { ActButton } from '../ui/act-button.tsx';
import { AskingButton } from '../ui/asking-button.tsx';
import { bytesText, counted, grouped } from '../ui/numbers.ts';
import { Progress } from '../ui/progress.tsx';
import { Problem } from '../ui/states.tsx';
import { Findings } from './findings.tsx';
import { FormatForm, UnsureForm } from './format-form.tsx';
import { LengthSection } from './length-section.tsx';
import { MadeFacts } from './made/made-facts.tsx';
import { madeText } from './made/made-words.ts';
import { ReadingFields } from './reading-fields.tsx';
import { queryOf, type ReadingOptions, requestOf } from './reading-options.ts';
import { CleaningFacts, LabelBalance } from './row-facts.tsx';
import { TokenRows } from './token-rows.tsx';
import { useInspection } from './use-inspection.ts';
import { useReadingOptions } from './use-reading-options.ts';

/** A file of rows: what a job would find in it, and what the model would see. */
export function FilePage({ file }: { readonly file: string }) {
  const path = `/v1/files/${encodeURIComponent(file)}`;
  const about = useQuery((signal) => ask<RetrievedFile>(path, { signal }), [path]);
  const [options, change] = useReadingOptions();
  const { inspection, error, again } = useInspection(file, requestOf(options));
  // The job begins with the model that the page was about, also where nobody chose it.
  const shown = { ...options, model: options.model || (inspection?.report?.model ?? '') };
  const method = inspection?.report?.method;
  const jobLink = `/jobs/new?file=${file}${queryOf(shown)}${method === undefined ? '' : `&method=${method}`}`;
  const isReady = inspection?.report != null && inspection.report.refusal === null;
  return (
    <>
      <header class="head">
        <div>
          <h1>{about.data?.filename ?? 'File'}</h1>
          <p class="soft">
            {about.data !== undefined && `${bytesText(about.data.bytes)} · `}
            {file}
          </p>
        </div>
        <div class="row">
          {inspection?.report?.repaired !== undefined && (
            <Repaired
              inspection={inspection}
              name={about.data?.filename ?? file}
              data={options.data}
            />
          )}
          <Link to={`/data/split?file=${file}`} class="button">
            Split it
          </Link>
          {isReady && (
            <Link to={jobLink} class="button main">
              Tune a model on it
            </Link>
          )}
          {about.data !== undefined && <DeleteFile file={about.data} path={path} />}
        </div>
      </header>
      {inspection?.report?.repaired !== undefined && (
        <p class="soft">{repairedText(inspection.report.repaired)}</p>
      )}
      {error !== null && <Problem text={sentenceOf(error)} onRetry={again} />}
      <ModelChoice
        options={options}
        onChange={change}
        inspected={inspection?.report?.model ?? null}
      />
      {inspection === undefined ||
      inspection.status === 'queued' ||
      inspection.status === 'running' ? (
        error === null && <Reading inspection={inspection} />
      ) : (
        <Report inspection={inspection} options={options} onChange={change} />
      )}
      {isReady && method === 'reinforcement' && (
        <p>
          Nobody answers these rows: a model answers them itself, and learns from what a grader
          says. <Link to={jobLink}>Begin a job that learns from rewards</Link>.
        </p>
      )}
      {about.data?.lathe.lineage != null && (
        <>
          <h2>How it was made</h2>
          <p>
            It is{' '}
            <Link to={`/data/sets/${about.data.lathe.lineage.dataset}`}>
              {madeText(about.data.lathe.lineage.request)}
            </Link>
            .
          </p>
          <MadeFacts lineage={about.data.lathe.lineage} />
        </>
      )}
      <Relatives file={file} />
    </>
  );
}

function DeleteFile({ file, path }: { readonly file: RetrievedFile; readonly path: string }) {
  const { files, jobs } = file.lathe;
  const held = [
    ...(files.length > 0 ? [counted(files.length, 'file')] : []),
    ...(jobs.length > 0 ? [counted(jobs.length, 'job')] : []),
  ].join(' and ');
  const others = held === '' ? '' : ` Its rows stay in ${held} that it was used for.`;
  return (
    <AskingButton
      title="Delete the file?"
      text={`${file.filename} goes, with all that was found in it. This cannot be undone.${others}`}
      act="Delete the file"
      onAct={async () => {
        await ask(path, { method: 'DELETE' });
        navigate('/data');
      }}
    >
      Delete
    </AskingButton>
  );
}

/** Why it has so many rows, which is another number than that of the rows that a job uses. */
function repairedText({
  rows,
  repeated,
  mended,
}: NonNullable<InspectionReport['repaired']>): string {
  const leftOut = repeated === 0 ? '' : `; ${counted(repeated, 'repetition')} left out`;
  const lost =
    mended === 0 ? '' : `; ${counted(mended, 'row')} without the characters that no text has`;
  return `The repaired file has ${counted(rows, 'row')}: those that are right, each once${leftOut}${lost}.`;
}

type RepairedProps = {
  readonly inspection: InspectionObject;
  readonly name: string;
  /** How the file is read. */
  readonly data: DataOptions;
};

function Repaired({ inspection, name, data }: RepairedProps) {
  const { id, file, report } = inspection;
  const keep = async (): Promise<void> => {
    const { model } = report ?? {};
    const body = { repair: { file, ...(model != null && { model }), data } };
    const made = await ask<DatasetObject>('/v1/lathe/datasets', { method: 'POST', body });
    navigate(`/data/sets/${made.id}`);
  };
  return (
    <>
      <ActButton
        act={() =>
          download(
            `/v1/lathe/inspections/${id}/repaired`,
            `${name.replace(/\.\w+$/, '')}.repaired.jsonl`,
          )
        }
      >
        Download the repaired file ({counted(report?.repaired?.rows ?? 0, 'row')})
      </ActButton>
      <ActButton act={keep}>Keep it as a new file</ActButton>
    </>
  );
}

type ChoiceProps = {
  readonly options: ReadingOptions;
  readonly onChange: (change: Partial<ReadingOptions>) => void;
  readonly inspected: string | null;
};

function ModelChoice({ options, onChange, inspected }: ChoiceProps) {
  const models = useQuery(
    (signal) => ask<Pick<Page<ModelObject>, 'data'>>('/v1/models', { signal }),
    [],
  );
  return (
    <label class="row">
      Looked at for
      <select
        value={options.model}
        onChange={(event) => onChange({ model: event.currentTarget.value })}
      >
        <option value="">
          the first model that learns from such rows
          {inspected === null || options.model !== '' ? '' : `: ${inspected}`}
        </option>
        <ModelOptions models={models.data?.data ?? []} />
      </select>
    </label>
  );
}

function Reading({ inspection }: { readonly inspection: InspectionObject | undefined }) {
  const progress = inspection?.progress;
  const share = progress ? progress.bytes / Math.max(1, progress.total_bytes) : undefined;
  return (
    <div class="drop" role="status">
      <p>
        Reading the rows
        {progress ? `: ${grouped(progress.rows)} so far` : ' …'}
      </p>
      <Progress share={share} label="Share of the file that is read" />
    </div>
  );
}

type ReportProps = {
  readonly inspection: InspectionObject;
  readonly options: ReadingOptions;
  readonly onChange: ChoiceProps['onChange'];
};

function Report({ inspection, options, onChange }: ReportProps) {
  const { report, error, seed, validation_file: validation } = inspection;
  if (error !== null) return <Problem text={error.message} />;
  if (report === null) return <Problem text="The reading was cancelled." />;
  const { dataset, plan, task, method, refusal, unsure, passedOver = [] } = report;
  const detection = dataset?.formats?.[0];
  const { data } = options;
  const changeData = (next: DataOptions): void => onChange({ data: next });
  return (
    <>
      {refusal !== null && <Problem text={`A job with this file would fail: ${refusal.message}`} />}
      {passedOver.map(({ model, why }) => (
        <p key={model}>
          Not looked at for {model}, since {why}.
        </p>
      ))}
      {unsure !== undefined && <UnsureForm unsure={unsure} asked={data} onChange={changeData} />}
      {dataset !== null && (
        <ul class="tiles">
          <li>
            <b>
              {grouped(dataset.rows.kept)} of {grouped(dataset.rows.read)}
            </b>
            rows are used
          </li>
          <li>
            <b>{task?.type ?? '–'}</b>is what they teach
            {method !== undefined && `; the method is ${method}`}
          </li>
          <li>
            <b>{grouped(dataset.tokens.total)}</b>tokens, {grouped(dataset.tokens.supervised)} of
            them learnt
          </li>
          {plan && (
            <li>
              <b>{grouped(plan.heldOutRows)}</b>rows held out
              {plan.detectableGain !== null &&
                `; a verdict shows a gain of ${grouped(100 * plan.detectableGain)} points`}
            </li>
          )}
        </ul>
      )}
      {plan !== undefined && plan.heldOutRows > 0 && validation === null && (
        <p class="soft small-text">{splitSeedText(seed)}</p>
      )}
      {detection !== undefined && (
        <>
          <h2>Format</h2>
          <FormatForm detection={detection} asked={data} onChange={changeData} />
        </>
      )}
      <ReadingFields key={JSON.stringify(data)} data={data} onChange={changeData} />
      {dataset !== null && (
        <>
          <h2>Problems</h2>
          <Findings report={dataset} />
          {dataset.insight && <TokenRows rows={dataset.insight.shown} />}
          {dataset.insight && <LengthSection insight={dataset.insight} />}
          {dataset.labels && dataset.labels.length > 0 && (
            <>
              <h2>Labels</h2>
              <LabelBalance labels={dataset.labels} />
            </>
          )}
          {dataset.cleaning && (
            <>
              <h2>What stands in the rows</h2>
              <CleaningFacts cleaning={dataset.cleaning} />
            </>
          )}
        </>
      )}
    </>
  );
}

function Relatives({ file }: { readonly file: string }) {
  const { data: graph } = useLineage(file);
  if (graph === undefined || graph.nodes.length === 1) return null;
  return (
    <>
      <h2>Where it comes from, and what was made of it</h2>
      <Lineage graph={graph} />
    </>
  );
}
