/**
 * Object keys of the artifact store. They are made of server-side ids only: no name that a user
 * gave ever becomes part of a key.
 */
const part = /^[A-Za-z0-9_-]{1,80}$/;

function join(...parts: string[]): string {
  for (const text of parts)
    if (!part.test(text)) throw new Error(`"${text}" cannot be part of an artifact key`);
  return parts.join('/');
}

/**
 * An uploaded file's bytes.
 * @example fileKey('default', 'file-4f…');
 */
export function fileKey(project: string, fileId: string): string {
  return join(project, 'files', fileId);
}

/** Everything that belongs to a file that comes in parts. */
export function uploadPrefix(project: string, uploadId: string): string {
  return join(project, 'uploads', uploadId);
}

/** The bytes of one of its parts. */
export function uploadPartKey(project: string, uploadId: string, partId: string): string {
  return join(project, 'uploads', uploadId, partId);
}

/** Folder of the datasets of all ingest attempts at a job. */
export function datasetsPrefix(project: string, jobId: string): string {
  return join(project, 'jobs', jobId, 'dataset');
}

/** Folder of one ingest attempt's dataset; `manifest.json` in it is written last. */
export function datasetPrefix(project: string, jobId: string, attempt: string): string {
  return join(project, 'jobs', jobId, 'dataset', attempt);
}

/** Folder of one checkpoint; `manifest.json` in it is written last and makes it visible. */
export function checkpointPrefix(
  project: string,
  jobId: string,
  attempt: string,
  step: number,
): string {
  return join(project, 'jobs', jobId, 'checkpoints', `${attempt}-${String(step).padStart(9, '0')}`);
}

/** Folder of a job's own copy of the tuned model that it goes on from; `manifest.json` in it is written last. */
export function startPrefix(project: string, jobId: string): string {
  return join(project, 'jobs', jobId, 'start');
}

/** Folder of what a frozen base model made of a job's rows; there until nobody resumes the job any more. */
export function baseStatesPrefix(project: string, jobId: string): string {
  return join(project, 'jobs', jobId, 'base-states');
}

/** Folder of the evaluation report. */
export function reportPrefix(project: string, jobId: string, attempt: string): string {
  return join(project, 'jobs', jobId, 'report', attempt);
}

/** Everything that belongs to a piece of data work. */
export function dataWorkPrefix(project: string, id: string): string {
  return join(project, 'data-work', id);
}

/** Folder of what one attempt at a piece of data work wrote. */
export function dataWorkAttemptPrefix(project: string, id: string, attempt: string): string {
  return join(project, 'data-work', id, attempt);
}

/** Everything that belongs to a run of an eval. */
export function evalRunPrefix(project: string, runId: string): string {
  return join(project, 'eval-runs', runId);
}

/** The rows that came with the request for a run. */
export function evalRunRowsKey(project: string, runId: string): string {
  return `${evalRunPrefix(project, runId)}/rows.jsonl`;
}

/** Folder of the answered rows of a run, an object each. */
export function evalItemsPrefix(project: string, runId: string): string {
  return `${evalRunPrefix(project, runId)}/items`;
}

const itemPattern = /^(\d{9})-(pass|fail|error)\.json$/;
type EvalItemName = { readonly index: number; readonly status: 'pass' | 'fail' | 'error' };

/** An answered row of a run: its place among the rows and what came of it are told by its key. */
export function evalItemKey(
  project: string,
  runId: string,
  { index, status }: EvalItemName,
): string {
  return `${evalItemsPrefix(project, runId)}/${String(index).padStart(9, '0')}-${status}.json`;
}

/** What the key of an answered row tells; undefined for another key. */
export function readEvalItemKey(key: string): EvalItemName | undefined {
  const [, index, status] = itemPattern.exec(key.slice(key.lastIndexOf('/') + 1)) ?? [];
  if (index === undefined) return undefined;
  return { index: Number(index), status: status as EvalItemName['status'] };
}

/** Everything that belongs to a stored completion. */
export function storedCompletionPrefix(project: string, id: string): string {
  return join(project, 'completions', id);
}

/** Everything that belongs to a batch. */
export function batchPrefix(project: string, batchId: string): string {
  return join(project, 'batches', batchId);
}

const answerPattern = /^(\d{9})-(ok|error)\.json$/;
type BatchAnswerName = { readonly index: number; readonly status: 'ok' | 'error' };

/** An answered line of a batch: its place among the lines and what came of it are told by its key. */
export function batchAnswerKey(
  project: string,
  batchId: string,
  { index, status }: BatchAnswerName,
): string {
  return `${batchPrefix(project, batchId)}/${String(index).padStart(9, '0')}-${status}.json`;
}

/** What the key of an answered line tells; undefined for another key. */
export function readBatchAnswerKey(key: string): BatchAnswerName | undefined {
  const [, index, status] = answerPattern.exec(key.slice(key.lastIndexOf('/') + 1)) ?? [];
  if (index === undefined) return undefined;
  return { index: Number(index), status: status as BatchAnswerName['status'] };
}

/** Everything that belongs to an export. */
export function exportPrefix(project: string, id: string): string {
  return join(project, 'exports', id);
}

/** Folder of what one attempt at an export wrote. */
export function exportAttemptPrefix(project: string, id: string, attempt: string): string {
  return join(project, 'exports', id, attempt);
}

/** Everything that belongs to a job. */
export function jobPrefix(project: string, jobId: string): string {
  return join(project, 'jobs', jobId);
}
