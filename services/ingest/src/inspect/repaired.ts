import type { InspectionReport } from '@lathe/contracts/artifact/inspection';
import { createFindings } from '../check/findings.ts';
import { mendedRules } from '../check/mend.ts';
import type { FileRead, FilesRead, PipelineInput, PipelinePorts } from '../prepare/ports.ts';
import { readFiles } from '../prepare/read-files.ts';
import { jsonAt } from '../read/spool.ts';
import { parseRow } from '../row-json.ts';
import { rowForm } from './row-form.ts';

type Counts = NonNullable<InspectionReport['repaired']>;

/** Whether any finding goes when texts are mended. */
export function isMendable({ findings }: Pick<PipelinePorts, 'findings'>): boolean {
  return findings.reasons().some(({ rule }) => mendedRules.includes(rule));
}

/** The files of a job read with their texts mended; what is wrong with them all the same is among `findings`. */
export async function readMended(
  asked: PipelineInput,
  ports: PipelinePorts,
): Promise<FilesRead & Pick<PipelinePorts, 'findings'>> {
  const findings = createFindings(ports.settings.listedFindings);
  return { ...(await readFiles(asked, { ...ports, findings, mend: true })), findings };
}

/**
 * The rows that are right as JSON Lines, each once: in the form of docs/rows.md, whatever the file was written in.
 * `counts` says of how many that holds once all are read.
 */
export function repairedFile({ spool, rows }: FileRead): {
  readonly lines: () => AsyncGenerator<Uint8Array>;
  readonly counts: Counts;
} {
  const counts = { rows: 0, repeated: rows.cleaning.counts.dropped, mended: rows.mended };
  async function* lines(): AsyncGenerator<Uint8Array> {
    let index = 0;
    for await (const jsons of spool.jsons())
      for (let at = 0; at < jsons.lineEnds.length; at++) {
        const number = rows.numbers.at(index++) as number;
        const row = parseRow(jsonAt(jsons, at));
        // A text is its first piece; the others have none.
        if (row.kind === 'text' && row.part > 0) continue;
        if (rows.repeated.has(number)) counts.repeated++;
        else {
          counts.rows++;
          yield Buffer.from(`${JSON.stringify(rowForm(row))}\n`);
        }
      }
  }
  return { lines, counts };
}
