import type {
  DataWorkInput,
  DataWorkInputs,
  DataWorkKind,
} from '@lathe/contracts/record/data-work';
import type { DataOutcome, DataPorts, DataRun } from '../data-ports.ts';
import { makeDataset } from '../dataset/make-dataset.ts';
import { inspectFile } from '../inspect/inspect-file.ts';

/** How each kind of data work is done. */
const dataRuns: { readonly [Kind in DataWorkKind]: DataRun<Kind> } = {
  inspect: inspectFile,
  dataset: makeDataset,
};

/** Does data work of whatever kind. */
export function runDataWork(input: DataWorkInput, ports: DataPorts): Promise<DataOutcome> {
  const run = <Kind extends DataWorkKind>(kind: Kind, one: DataWorkInputs[Kind]) =>
    dataRuns[kind](one, ports);
  return run(input.kind, input);
}
