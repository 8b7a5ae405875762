import {
  type InspectionReport,
  inspectionReportSchema,
} from '@lathe/contracts/artifact/inspection';
import { newId } from '@lathe/contracts/id';
import type { JobRecord } from '@lathe/contracts/job/record';
import { type DataWorkRecord, isOver } from '@lathe/contracts/record/data-work';
import { recordKey } from '@lathe/contracts/subject';
import { readJson } from '@lathe/platform/artifacts/read-json';
import { publishWork } from '@lathe/platform/nats/work';
import { expect } from 'vitest';
import { modelName, type startIngest } from '../integration/ingest.fixture.ts';

const project = 'default';

type Service = Awaited<ReturnType<typeof startIngest>>;

export type Asked = {
  readonly model?: string | null;
  readonly options?: JobRecord['options'];
  readonly more?: Partial<JobRecord>;
};

/** For tests: inspections by a service that runs when one is asked for. */
export function inspectingOf(service: () => Service) {
  async function inspect(file: string, { model = modelName, options = {}, more }: Asked = {}) {
    const job = { seed: 1, hyperparameters: {}, options, ...more };
    return ended({ kind: 'inspect', trainingFile: file, validationFile: null, model, job });
  }

  async function ended(input: DataWorkRecord['input']): Promise<DataWorkRecord> {
    const { dataWork, nats } = service();
    const id = newId('inspection');
    const record: DataWorkRecord = {
      ...{ version: 1, id, project, createdAt: 1, createdMs: 1, requestId: 'req_1' },
      ...{ state: 'queued', progress: null, result: null, error: null, finishedAt: null },
      input,
    };
    const key = recordKey(project, id);
    await dataWork.create(key, record);
    const message = { version: 1, project, jobId: id, epoch: 0, requestId: 'req_1' } as const;
    await publishWork(nats, 'data', message);
    let work = record;
    while (!isOver(work)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      work = (await dataWork.get(key))?.value ?? expect.fail('gone');
    }
    return work;
  }

  async function reportOn(file: string, asked?: Asked): Promise<InspectionReport> {
    const { result, error } = await inspect(file, asked);
    expect(error).toBeNull();
    const key = result?.objects['report.json']?.key ?? '';
    return readJson(service().artifacts, key, inspectionReportSchema);
  }

  return { inspect, ended, reportOn };
}
