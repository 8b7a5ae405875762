import type { WorkerObject } from '@lathe/contracts/http/worker';
import { Link } from '../shell/link.tsx';
import { bytesText } from '../ui/numbers.ts';
import { Progress } from '../ui/progress.tsx';
import { Time } from '../ui/time.tsx';

/** One worker: its devices, its places and what runs in them. */
export function Worker({ worker }: { readonly worker: WorkerObject }) {
  const { id, slots, free_slots: free, draining, jobs, other_jobs: others } = worker;
  const taken = slots - free;
  return (
    <section class="thread" aria-labelledby={`worker-${id}`}>
      <h2 id={`worker-${id}`}>
        {id} <Standing isDraining={draining} isBusy={taken > 0} />
      </h2>
      <dl class="facts">
        <dt>Places</dt>
        <dd>
          {taken} of {slots} taken
          <Progress share={slots === 0 ? 0 : taken / slots} label={`Places taken of ${id}`} />
        </dd>
        <dt>Runs</dt>
        <dd>
          {jobs.length + others === 0 && 'nothing'}
          {jobs.map((job) => (
            <div key={job}>
              <Link to={`/jobs/${job}`}>{job}</Link>
            </div>
          ))}
          {others > 0 && <div>{others} of other projects</div>}
        </dd>
        <dt>Devices</dt>
        <dd>
          {worker.devices.map(({ kind, name, memory_bytes: bytes }, at) => (
            <div key={`${kind} ${String(at)}`}>
              {kind}: {name}, {bytes === null ? 'memory not known' : bytesText(bytes)}
            </div>
          ))}
        </dd>
        <dt>Memory for runs</dt>
        <dd>{bytesText(worker.memory_bytes)}</dd>
        <dt>Trains</dt>
        <dd>{worker.models.join(', ') || 'no model'}</dd>
        <dt>Versions</dt>
        <dd>
          {Object.entries(worker.versions)
            .map(([name, version]) => `${name} ${version}`)
            .join(', ')}
        </dd>
        <dt>Last seen</dt>
        <dd>
          <Time at={worker.last_seen} />
        </dd>
      </dl>
    </section>
  );
}

function Standing({
  isDraining,
  isBusy,
}: {
  readonly isDraining: boolean;
  readonly isBusy: boolean;
}) {
  if (isDraining) return <span class="badge warn">ends after its runs are saved</span>;
  return isBusy ? <span class="badge run">training</span> : <span class="badge good">free</span>;
}
