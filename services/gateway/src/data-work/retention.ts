import { type DataWorkRecord, filesOfWork, isOver } from '@lathe/contracts/record/data-work';
import type { FileRecord } from '@lathe/contracts/record/file';
import { recordKey } from '@lathe/contracts/subject';
import type { RecordStore } from '@lathe/platform/records/port';
import { type DataWorkPorts, eraseDataWork } from './data-work.ts';

/**
 * Erases, of all projects, data work that ended longer than `dataWorkKeepMs` ago (0: none for its age), and what looked at
 * a file that is gone. Returns how much.
 */
export async function eraseOldDataWork(
  ports: DataWorkPorts & { readonly files: RecordStore<FileRecord> },
  { dataWorkKeepMs }: { readonly dataWorkKeepMs: number },
): Promise<number> {
  const before = dataWorkKeepMs === 0 ? 0 : (ports.now() - dataWorkKeepMs) / 1000;
  let erased = 0;
  for (const { value: work } of await ports.dataWork.list('')) {
    const isOld = isOver(work) && (work.finishedAt ?? work.createdAt) < before;
    if (!isOld && !(await hasLostFile(ports.files, work))) continue;
    await eraseDataWork(ports, work);
    erased++;
  }
  return erased;
}

async function hasLostFile(files: RecordStore<FileRecord>, work: DataWorkRecord): Promise<boolean> {
  if (!showsRows(work)) return false;
  for (const id of filesOfWork(work))
    if ((await files.get(recordKey(work.project, id))) === null) return true;
  return false;
}

/** Whether its objects show rows of the files that it read, so that it goes when one of them goes. */
export function showsRows({ input }: Pick<DataWorkRecord, 'input'>): boolean {
  return input.kind === 'inspect';
}
