import type { JobRecord } from '@lathe/contracts/job/record';
import { type EventPorts, emitterOf } from '@lathe/platform/jobs';
import { type Findings, findingSentence } from '../check/findings.ts';
import type { IngestSettings } from '../settings.ts';

export const emit = emitterOf('ingest');

/**
 * Publishes one event for each error and for each group of like warnings, errors first, as many as the settings allow.
 */
export async function emitFindings(
  ports: EventPorts & { readonly settings: Pick<IngestSettings, 'findingEvents'> },
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
    await emit(ports, job, {
      name: 'finding',
      message: each.message,
      level: each.finding.level,
      data: { ...each.finding, rows: each.rows },
      detail: String(index),
    });
}
