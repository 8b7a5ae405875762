import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import { ask } from '../api/client.ts';
import { isOver } from '../jobs/job-words.ts';
import { Link } from '../shell/link.tsx';
import { navigate } from '../shell/router.ts';
import { ActButton } from '../ui/act-button.tsx';
import { AskingButton } from '../ui/asking-button.tsx';

type Props = { readonly job: JobObject; readonly onChange: () => void };

/** What can be done with a job as it stands. */
export function JobActions({ job, onChange }: Props) {
  const order = (verb: 'pause' | 'resume' | 'cancel') => async (): Promise<void> => {
    await ask<JobObject>(`/v1/fine_tuning/jobs/${job.id}/${verb}`, { method: 'POST' });
    onChange();
  };
  const { stopping } = job.lathe;
  const canPause = (job.status === 'running' || job.status === 'queued') && stopping === null;
  return (
    <div class="row">
      {job.status === 'succeeded' && (
        <Link to={`/jobs/${job.id}/verdict`} class="button main">
          Verdict
        </Link>
      )}
      {canPause && <ActButton act={order('pause')}>Pause</ActButton>}
      {(job.status === 'paused' || job.status === 'failed' || stopping === 'pause') && (
        <ActButton act={order('resume')}>Resume</ActButton>
      )}
      {!isOver(job) && stopping !== 'cancel' && (
        <AskingButton
          title="Cancel this job?"
          text="It ends now and cannot be resumed. Its checkpoints stay. To go on later, pause it instead."
          act="Cancel the job"
          onAct={order('cancel')}
        >
          Cancel
        </AskingButton>
      )}
      <Link to={`/jobs/new?from=${job.id}`} class="button">
        Clone with changes
      </Link>
      {isOver(job) && (
        <AskingButton
          title="Erase this job?"
          text="Its models, checkpoints, report, events and all that it kept of its rows go. This cannot be undone; its file stays."
          act="Erase the job"
          onAct={async () => {
            await ask(`/v1/lathe/jobs/${job.id}`, { method: 'DELETE' });
            navigate('/jobs');
          }}
        >
          Erase
        </AskingButton>
      )}
    </div>
  );
}
