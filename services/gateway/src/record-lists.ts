import { batchRecordSchema } from '@lathe/contracts/record/batch';
import { dataWorkRecordSchema, filesOfWork } from '@lathe/contracts/record/data-work';
import { evalRecordSchema } from '@lathe/contracts/record/eval';
import { evalRunRecordSchema } from '@lathe/contracts/record/eval-run';
import { exportRecordSchema } from '@lathe/contracts/record/export';
import { fileRecordSchema } from '@lathe/contracts/record/file';
import { modelRecordSchema } from '@lathe/contracts/record/model';
import { storedCompletionRecordSchema } from '@lathe/contracts/record/stored-completion';
import { buckets } from '@lathe/contracts/subject';
import type { Nats } from '@lathe/platform/nats/connection';
import { createRecordIndex } from '@lathe/platform/records/record-index';

/** What lists are sorted and narrowed by, of every record: a page reads whole only what it shows. */
export type RecordLists = ReturnType<typeof openRecordLists>;

/** What whoever tells such lists goes by. */
export type Listed<Name extends keyof RecordLists> = {
  readonly lists: Pick<RecordLists, Name>;
};

/** The lists that this gateway keeps and brings up to date when they are asked for; of jobs there are briefs (jobs/job-briefs.ts). */
export function openRecordLists(nats: Nats) {
  return {
    files: createRecordIndex(nats, {
      bucket: buckets.files,
      schema: fileRecordSchema,
      briefOf: ({ id, project, createdMs, purpose, expiresAt, bytes }) => ({
        ...{ id, project, createdMs, purpose, expiresAt, bytes },
      }),
    }),
    // Their list is told whole.
    models: createRecordIndex(nats, {
      bucket: buckets.models,
      schema: modelRecordSchema,
      briefOf: (model) => model,
    }),
    dataWork: createRecordIndex(nats, {
      bucket: buckets.dataWork,
      schema: dataWorkRecordSchema,
      briefOf: (work) => {
        const { id, createdMs, input } = work;
        return { id, createdMs, kind: input.kind, files: filesOfWork(work) };
      },
    }),
    evals: createRecordIndex(nats, {
      bucket: buckets.evals,
      schema: evalRecordSchema,
      briefOf: ({ id, createdMs, updatedMs }) => ({ id, createdMs, updatedMs }),
    }),
    evalRuns: createRecordIndex(nats, {
      bucket: buckets.evalRuns,
      schema: evalRunRecordSchema,
      briefOf: ({ id, createdMs, evalId, state }) => ({ id, createdMs, evalId, state }),
    }),
    exports: createRecordIndex(nats, {
      bucket: buckets.exports,
      schema: exportRecordSchema,
      briefOf: ({ id, createdMs, model }) => ({ id, createdMs, model }),
    }),
    batches: createRecordIndex(nats, {
      bucket: buckets.batches,
      schema: batchRecordSchema,
      briefOf: ({ id, createdMs }) => ({ id, createdMs }),
    }),
    storedCompletions: createRecordIndex(nats, {
      bucket: buckets.storedCompletions,
      schema: storedCompletionRecordSchema,
      briefOf: ({ id, createdMs, model, metadata }) => ({ id, createdMs, model, metadata }),
    }),
  };
}
