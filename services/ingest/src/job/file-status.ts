import type { Finding } from '@lathe/contracts/artifact/dataset';
import type { JobRecord } from '@lathe/contracts/job/record';
import { recordKey } from '@lathe/contracts/subject';
import type { Records } from '@lathe/platform/records';
import { ConflictError } from '@lathe/platform/records/port';
import { type Findings, findingSentence } from '../check/findings.ts';

/** Tells the files' status: wrong rows make a file an error, whatever job it was for. */
export async function markFiles(
  files: Records['files'],
  job: JobRecord,
  findings: Findings,
): Promise<void> {
  const marks: [string | null, Finding['file']][] = [
    [job.trainingFile, 'training_file'],
    [job.validationFile, 'validation_file'],
  ];
  // Which of several files is wrong is said by name in the findings.
  const areSeveral = job.options.data?.more_files !== undefined;
  for (const [id, param] of marks) {
    if (areSeveral && param === 'training_file') continue;
    // How long a row may be depends on the model, so that is no fault of the file.
    const fault = findings.listed.find(
      (finding) =>
        finding.file === param && finding.level === 'error' && finding.rule !== 'too-long',
    );
    if (id === null) continue;
    const key = recordKey(job.project, id);
    const stored = await files.get(key);
    const status = fault === undefined ? 'processed' : 'error';
    if (stored === null || stored.value.status === status) continue;
    const statusDetails = fault === undefined ? null : findingSentence(fault);
    try {
      await files.update(key, { ...stored.value, status, statusDetails }, stored.revision);
    } catch (error) {
      // Deleted or marked by another job at the same moment: theirs is as good as ours.
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}
