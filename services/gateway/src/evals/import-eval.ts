import { createEvalSchema } from '@lathe/contracts/http/eval';
import type { ImportedEval } from '@lathe/contracts/http/eval-import';
import { createRunSchema } from '@lathe/contracts/http/eval-run';
import { derivedId } from '@lathe/contracts/id';
import type { FileRecord } from '@lathe/contracts/record/file';
import { recordKey } from '@lathe/contracts/subject';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { Records } from '@lathe/platform/records';
import { z } from 'zod';
import type { ReadImport } from '../bodies/body-task.ts';
import { fileObject } from '../files/files.ts';
import { makeFile } from '../files/make-file.ts';
import { parseRequest } from '../http/parse.ts';
import {
  createEval,
  type EvalLimits,
  type EvalPorts,
  type EvalRequest,
  evalObject,
} from './evals.ts';

export type ImportPorts = EvalPorts &
  Pick<Records, 'files'> & { readonly artifacts: ArtifactStore };

export type ImportRequest = Pick<EvalRequest, 'project' | 'idempotencyKey' | 'isRetry'> & {
  readonly read: ReadImport;
};

/** Makes the eval of an import and a file of its rows, once however often it is sent. Throws what `createEval` throws. */
export async function importEval(
  ports: ImportPorts,
  { project, read, ...sent }: ImportRequest,
  limits: EvalLimits,
): Promise<ImportedEval> {
  const { name, criteria, itemSchema: item_schema, rows, asks, findings, model } = read;
  const data_source_config = { type: 'custom' as const, item_schema, include_sample_schema: true };
  const body = parseRequest(createEvalSchema, {
    ...{ name, data_source_config, testing_criteria: criteria },
  });
  const made = await createEval(ports, { project, body, ...sent, asked: { import: read } }, limits);
  const file = await storeRows(ports, { project, name, rows, evalId: made.id });
  const source = { type: 'file_id' as const, id: file.id };
  const runs =
    asks === null
      ? [{ name, data_source: { type: 'jsonl', source } }]
      : asks.map(({ name: of, ...ask }) => ({ name: of, data_source: { ...ask, model, source } }));
  return {
    object: 'lathe.eval_import',
    eval: evalObject(made),
    file: fileObject(file),
    runs: z.array(createRunSchema).parse(runs),
    findings,
  };
}

type Rows = {
  readonly project: string;
  readonly name: string;
  readonly rows: readonly string[];
  readonly evalId: string;
};

/** The file of the rows of an eval: the same one when the import comes again. */
async function storeRows(
  ports: ImportPorts,
  { project, name, rows, evalId }: Rows,
): Promise<FileRecord> {
  const id = await derivedId('file', `${evalId}/rows`);
  const known = await ports.files.get(recordKey(project, id));
  if (known !== null) return known.value;
  const file = await makeFile(ports, project, {
    id,
    filename: `${name.replace(/[^\w-]+/g, '-').slice(0, 100)}.jsonl`,
    purpose: 'evals',
    lines: Buffer.from(`${rows.join('\n')}\n`),
  });
  if (file === null) throw new Error('an import has rows');
  return file;
}
