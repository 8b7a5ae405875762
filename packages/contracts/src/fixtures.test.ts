/**
 * Everything that Lathe stores or sends as it looked when it was first written. The newest schemas
 * must still read it: add a file for a new shape, never change one.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { z } from 'zod';
import { checkpointManifestSchema } from './artifact/checkpoint.ts';
import { datasetManifestSchema, datasetReportSchema } from './artifact/dataset.ts';
import { evalItemSchema } from './artifact/eval-item.ts';
import { inspectionReportSchema } from './artifact/inspection.ts';
import { lineageSchema } from './artifact/lineage.ts';
import { evaluationReportSchema } from './artifact/report.ts';
import { adaptationSchema } from './http/adaptation.ts';
import {
  dpoHyperparametersSchema,
  latheOptionsSchema,
  reinforcementHyperparametersSchema,
} from './http/fine-tuning.ts';
import { keptCompletionSchema } from './http/stored-completion.ts';
import { jobRecordSchema } from './job/record.ts';
import { embeddingQuestionSchema } from './message/embedding.ts';
import { jobEventSchema } from './message/event.ts';
import { inferenceRequestSchema } from './message/inference.ts';
import { workMessageSchema } from './message/work.ts';
import { aliasRecordSchema } from './record/alias.ts';
import { batchRecordSchema } from './record/batch.ts';
import { checkpointRecordSchema } from './record/checkpoint.ts';
import { dataWorkRecordSchema } from './record/data-work.ts';
import { evalRecordSchema } from './record/eval.ts';
import { evalRunRecordSchema } from './record/eval-run.ts';
import { evaluatorRecordSchema } from './record/evaluator.ts';
import { exportRecordSchema } from './record/export.ts';
import { fileRecordSchema } from './record/file.ts';
import { keyRecordSchema } from './record/key.ts';
import { modelRecordSchema } from './record/model.ts';
import { storedCompletionRecordSchema } from './record/stored-completion.ts';
import { uploadRecordSchema } from './record/upload.ts';
import { usageRecordSchema } from './record/usage.ts';
import { workerRecordSchema } from './record/worker.ts';

const schemas: Record<string, z.ZodType> = {
  'alias-record': aliasRecordSchema,
  'base-model-record': modelRecordSchema,
  'batch-record': batchRecordSchema,
  'checkpoint-manifest': checkpointManifestSchema,
  'checkpoint-record': checkpointRecordSchema,
  'data-work-record': dataWorkRecordSchema,
  'dataset-manifest': datasetManifestSchema,
  'dataset-report': datasetReportSchema,
  'embedding-question': embeddingQuestionSchema,
  'eval-item': evalItemSchema,
  'eval-record': evalRecordSchema,
  'eval-run-record': evalRunRecordSchema,
  'evaluation-report': evaluationReportSchema,
  'evaluator-record': evaluatorRecordSchema,
  'export-record': exportRecordSchema,
  'file-record': fileRecordSchema,
  'inference-request': inferenceRequestSchema,
  'inspection-report': inspectionReportSchema,
  'job-event': jobEventSchema,
  'job-record': jobRecordSchema,
  'kept-completion': keptCompletionSchema,
  'key-record': keyRecordSchema,
  lineage: lineageSchema,
  'model-record': modelRecordSchema,
  'stored-completion-record': storedCompletionRecordSchema,
  'upload-record': uploadRecordSchema,
  'usage-record': usageRecordSchema,
  'work-message': workMessageSchema,
  'worker-record': workerRecordSchema,
};

const folder = new URL('../fixtures/', import.meta.url);
const files = readdirSync(folder);

it.each(files)('reads %s as it was stored, and loses nothing', (file) => {
  const stored: unknown = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
  const schema = schemas[file.split('.')[0] ?? ''];
  expect(schema?.parse(stored)).toMatchObject(stored as object);
});

/** The record's schema takes whatever was checked at another time: today's request must still say the same. */
it.each(files.filter((file) => file.startsWith('job-record.')))(
  'could create the job of %s again',
  (file) => {
    const record = jobRecordSchema.parse(
      JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as unknown,
    );
    expect(latheOptionsSchema.parse(record.options)).toEqual(record.options);
    const asked =
      record.method === 'reinforcement'
        ? reinforcementHyperparametersSchema
        : dpoHyperparametersSchema;
    expect(asked.parse(record.hyperparameters)).toEqual(record.hyperparameters);
    const { adaptation } = record.settings ?? {};
    if (adaptation !== undefined) expect(adaptationSchema.parse(adaptation)).toEqual(adaptation);
  },
);

it('has a stored example for every schema', () => {
  const named = new Set(files.map((file) => file.split('.')[0]));
  expect([...named].sort()).toEqual(Object.keys(schemas).sort());
});

it('refuses another version', () => {
  for (const file of files) {
    const stored = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as object;
    const newer = { ...stored, version: 99 };
    expect(schemas[file.split('.')[0] ?? '']?.safeParse(newer).success, file).toBe(false);
  }
});
