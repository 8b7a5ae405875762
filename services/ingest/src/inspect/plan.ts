import type { InspectionReport } from '@lathe/contracts/artifact/inspection';
import type { JobRecord } from '@lathe/contracts/job/record';
import type { WrittenDataset } from '../prepare/ports.ts';
import { whatRowsShow } from '../prepare/what-rows-show.ts';

/** What a job with these options would train on the dataset. */
export function planOf(
  { manifest, settings, examples }: WrittenDataset,
  { evaluation_rows: most }: Pick<JobRecord['options'], 'evaluation_rows'>,
): NonNullable<InspectionReport['plan']> {
  const { train, heldOut } = manifest;
  const { epochs, batchSize, learningRate } = settings;
  const { gain, told } = whatRowsShow(heldOut.rows, most);
  return {
    ...{ epochs, batchSize, learningRate, examples },
    steps: epochs * Math.ceil(examples / batchSize),
    trainRows: train.rows,
    trainTokens: train.tokens,
    heldOutRows: heldOut.rows,
    detectableGain: gain,
    ...(told !== '' && { shows: told.trim() }),
  };
}
