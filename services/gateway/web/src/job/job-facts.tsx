import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import { download } from '../api/client.ts';
import { fileNameOf } from '../jobs/known-files.ts';
import { Link } from '../shell/link.tsx';
import { ActButton } from '../ui/act-button.tsx';
import { CopyText } from '../ui/copy-text.tsx';
import { grouped } from '../ui/numbers.ts';
import { Time } from '../ui/time.tsx';
import { settingsOf } from './job-settings.ts';

/** What the job was asked for, with every `auto` as it was resolved. */
export function JobFacts({ job }: { readonly job: JobObject }) {
  const settings = settingsOf(job);
  return (
    <dl class="facts">
      <dt>Job</dt>
      <dd>
        <CopyText text={job.id} what="the job’s id" />
      </dd>
      <dt>Model</dt>
      <dd>{job.model}</dd>
      {job.fine_tuned_model !== null && (
        <>
          <dt>Tuned model</dt>
          <dd>
            <CopyText text={job.fine_tuned_model} what="the name of the tuned model" />
          </dd>
        </>
      )}
      <dt>Training file</dt>
      <dd>
        <Link to={`/data/${job.training_file}`}>
          {fileNameOf(job.training_file) || job.training_file}
        </Link>
      </dd>
      {job.validation_file !== null && (
        <>
          <dt>Validation file</dt>
          <dd>
            <Link to={`/data/${job.validation_file}`}>
              {fileNameOf(job.validation_file) || job.validation_file}
            </Link>
          </dd>
        </>
      )}
      <dt>Created</dt>
      <dd>
        <Time at={job.created_at} />
      </dd>
      {job.trained_tokens !== null && (
        <>
          <dt>Tokens trained on</dt>
          <dd>{grouped(job.trained_tokens)}</dd>
        </>
      )}
      {job.result_files.map((file) => (
        <ResultFile key={file} file={file} />
      ))}
      <dt>Seed</dt>
      <dd>{job.seed}</dd>
      {settings.map(([name, value]) => (
        <Fact key={name} name={name} value={value} />
      ))}
    </dl>
  );
}

function ResultFile({ file }: { readonly file: string }) {
  return (
    <>
      <dt>Losses by step</dt>
      <dd>
        <ActButton class="small" act={() => download(`/v1/files/${file}/content`, `${file}.csv`)}>
          Download as CSV
        </ActButton>
      </dd>
    </>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt>
        <code>{name}</code>
      </dt>
      <dd>{value}</dd>
    </>
  );
}
