import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import { useState } from 'preact/hooks';
import { ask, sentenceOf } from '../api/client.ts';
import { isOver } from '../jobs/job-words.ts';
import { Link } from '../shell/link.tsx';
import { ActButton } from '../ui/act-button.tsx';
import { Confirm } from '../ui/confirm.tsx';

type Props = { readonly job: JobObject; readonly onChange: () => void };

/** What can be done with a job as it stands. */
export function JobActions({ job, onChange }: Props) {
  const [isAsking, setIsAsking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const order = (verb: 'pause' | 'resume' | 'cancel') => async (): Promise<void> => {
    await ask<JobObject>(`/v1/fine_tuning/jobs/${job.id}/${verb}`, { method: 'POST' });
    onChange();
  };
  const canPause = job.status === 'running' || job.status === 'queued';
  return (
    <div class="row">
      {job.status === 'succeeded' && (
        <Link to={`/jobs/${job.id}/verdict`} class="button main">
          Verdict
        </Link>
      )}
      {canPause && <ActButton act={order('pause')}>Pause</ActButton>}
      {(job.status === 'paused' || job.status === 'failed') && (
        <ActButton act={order('resume')}>Resume</ActButton>
      )}
      {!isOver(job) && (
        <button type="button" onClick={() => setIsAsking(true)}>
          Cancel
        </button>
      )}
      {problem !== null && (
        <span class="error" role="alert">
          {problem}
        </span>
      )}
      <Link to={`/jobs/new?from=${job.id}`} class="button">
        Clone with changes
      </Link>
      {isAsking && (
        <Confirm
          title="Cancel this job?"
          text="It ends now and cannot be resumed. Its checkpoints stay. To go on later, pause it instead."
          act="Cancel the job"
          onAct={() => {
            order('cancel')().catch((error: unknown) => setProblem(sentenceOf(error)));
          }}
          onClose={() => setIsAsking(false)}
        />
      )}
    </div>
  );
}
