import type { JobRecord } from '@lathe/contracts/job/record';
import type { JobEvent } from '@lathe/contracts/message/event';
import { type Findings, findingSentence } from './findings.ts';
import type { IngestSettings } from './settings.ts';

export type EventPorts = {
  readonly settings: Pick<IngestSettings, 'findingEvents'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Publishes an event of a job once for each `dedupeId`. */
  readonly publishEvent: (event: JobEvent, dedupeId: string) => Promise<unknown>;
};

/**
 * Publishes one event for each error and for each group of like warnings, errors first, as many as
 * the settings allow.
 */
export async function emitFindings(
  ports: EventPorts,
  job: JobRecord,
  findings: Findings,
): Promise<void> {
  const errors = findings.listed.filter((finding) => finding.level === 'error');
  const told = [
    ...errors.map((finding) => ({ finding, message: findingSentence(finding), rows: 1 })),
    ...findings.warnings().map(({ first, count }) => {
      const others = count === 2 ? '1 more row' : `${count - 1} more rows`;
      const rest = count > 1 ? ` The same holds for ${others}.` : '';
      return { finding: first, message: `${findingSentence(first)}${rest}`, rows: count };
    }),
  ];
  for (const [index, each] of told.slice(0, ports.settings.findingEvents).entries())
    await ports.publishEvent(
      {
        ...event(ports, job, 'finding', each.message),
        level: each.finding.level,
        data: { ...each.finding, rows: each.rows },
      },
      `ingest:finding:${job.epoch}:${index}`,
    );
}

/** Publishes what happened to a job, once for each epoch. */
export async function emit(
  ports: EventPorts,
  job: JobRecord,
  name: JobEvent['name'],
  message: string,
  data: Record<string, unknown> = {},
): Promise<void> {
  const level = name === 'failed' ? 'error' : 'info';
  await ports.publishEvent(
    { ...event(ports, job, name, message), level, data },
    `ingest:${name}:${job.epoch}`,
  );
}

function event(
  ports: EventPorts,
  job: JobRecord,
  name: JobEvent['name'],
  message: string,
): JobEvent {
  return {
    version: 1,
    project: job.project,
    jobId: job.id,
    name,
    createdAt: Math.floor(ports.now() / 1000),
    level: 'info',
    message,
    type: 'message',
    data: {},
  };
}
