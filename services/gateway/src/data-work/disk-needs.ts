import type { DatasetManifest } from '@lathe/contracts/artifact/dataset';
import type { Estimate } from '@lathe/contracts/http/estimate';
import type { JobNeeds } from '@lathe/contracts/message/job-needs';

/** Of a job with a plan: how many steps, and how many of them between two checkpoints. */
type Saving = { readonly steps: number; readonly checkpointEvery: number };

/** What a job would take of disks: its rows are known, what it writes as far as a worker tells. */
export function diskNeeds(
  { train, heldOut, text = {}, report }: DatasetManifest,
  files: JobNeeds['files'],
  { steps, checkpointEvery }: Saving,
): NonNullable<Estimate['disk_bytes']> {
  const sum = (objects: readonly { readonly bytes: number }[]): number =>
    objects.reduce((total, { bytes }) => total + bytes, 0);
  const shards = sum([...train.shards, ...heldOut.shards]);
  const dataset =
    shards + sum([train.canonical, heldOut.canonical, report, ...Object.values(text)]);
  if (files === null)
    return { dataset, ...{ model: null, models: null, states: null, store: null, worker: null } };
  const { model, state, states } = files;
  // The last step is no checkpoint: its model is the result.
  const models = 1 + Math.floor(Math.max(0, steps - 1) / checkpointEvery);
  return {
    ...{ dataset, model, models, states },
    store: dataset + models * model + states,
    worker: shards + model + state,
  };
}
