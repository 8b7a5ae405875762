import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import type { ModelObject } from '@lathe/contracts/http/model';
import type { ComponentChildren } from 'preact';
import { Link } from '../shell/link.tsx';
import { cardPath } from './model-words.ts';

type Props = { readonly model: ModelObject; readonly job: JobObject };

/** The way from files and base model over the job to the model. */
export function Lineage({ model, job }: Props) {
  const { training_file: rows, validation_file: heldOut, model: base } = job;
  return (
    <ol class="lineage">
      <Step what="Rows">
        <Link to={`/data/${rows}`}>{rows}</Link>
      </Step>
      {heldOut !== null && (
        <Step what="Held-out rows">
          <Link to={`/data/${heldOut}`}>{heldOut}</Link>
        </Step>
      )}
      <Step what="Base">
        <Link to={cardPath(base)}>{base}</Link>
      </Step>
      <Step what="Job">
        <Link to={`/jobs/${job.id}`}>{job.metadata?.name ?? job.id}</Link>
      </Step>
      {job.status === 'succeeded' && (
        <Step what="Judged">
          <Link to={`/jobs/${job.id}/verdict`}>Verdict</Link>
        </Step>
      )}
      <Step what="Model">{model.id}</Step>
    </ol>
  );
}

function Step({ what, children }: { readonly what: string; readonly children: ComponentChildren }) {
  return (
    <li>
      <span class="soft small-text">{what}</span>
      <span>{children}</span>
    </li>
  );
}
