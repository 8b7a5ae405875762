import type { JobRecord } from '@lathe/contracts/job/record';
import type { EventPorts } from '@lathe/platform/jobs';
import type { Logger } from '@lathe/platform/log';
import type { ReadProgress } from '../read-progress.ts';
import type { IngestSettings } from '../settings.ts';
import { emit } from './job-events.ts';

/**
 * What is told of the reading of a job's files: that something moves, at once, and every so often an event with rows and
 * share. One that cannot be published is no reason for anything.
 */
export function tellProgress(
  ports: EventPorts & {
    readonly settings: Pick<IngestSettings, 'progressEventMs'>;
    readonly log: Logger;
  },
  job: JobRecord,
  moved: () => void,
): (at?: ReadProgress) => void {
  let toldAt = ports.now();
  return (at) => {
    moved();
    if (at === undefined || ports.now() - toldAt < ports.settings.progressEventMs) return;
    toldAt = ports.now();
    const { rows, bytes, totalBytes } = at;
    const share = totalBytes === 0 ? 1 : Math.min(1, bytes / totalBytes);
    emit(ports, job, {
      name: 'progress',
      message: `Read ${rows} ${rows === 1 ? 'row' : 'rows'}, ${Math.round(100 * share)} % of the files.`,
      data: { rows, bytes, total_bytes: totalBytes, share },
      detail: String(rows),
    }).catch((error: unknown) => ports.log.debug({ err: error }, 'could not tell the progress'));
  };
}
