import { exportPrefix } from '@lathe/contracts/artifact/key';
import type { ExportRecord } from '@lathe/contracts/record/export';
import { recordKey } from '@lathe/contracts/subject';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { Records } from '@lathe/platform/records';
import type { RecordStore } from '@lathe/platform/records/port';
import { type Place, rememberPlace } from '../http/places.ts';

export type EraseExportPorts = Pick<Records, 'exports'> & {
  readonly places: RecordStore<Place>;
  readonly artifacts: ArtifactStore;
};

/** Removes an export with its files; whoever works on it stops. The model stays. */
export async function eraseExport(ports: EraseExportPorts, record: ExportRecord): Promise<void> {
  const { project, id } = record;
  await rememberPlace(ports.places, record);
  // First the record: what an evaluator stores from now on it removes itself, since it finds none.
  await ports.exports.delete(recordKey(project, id));
  await ports.artifacts.deletePrefix(exportPrefix(project, id));
}
