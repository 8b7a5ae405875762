import { recordKey } from '@lathe/contracts/subject';
import type { FilePorts } from '../files/files.ts';

/** Keys of the bytes of files: `<project>/files/<id>`. */
const fileBytes = /^([^/]+)\/files\/([^/]+)$/;

/**
 * Deletes the bytes of files, of all projects, that no record names and that are older than `orphanAfterMs`: of uploads
 * that broke off between the bytes and the record, or whose record's fate nobody learned. Returns how many.
 */
export async function deleteOrphans(
  { files, artifacts, now }: FilePorts,
  { orphanAfterMs }: { readonly orphanAfterMs: number },
): Promise<number> {
  const before = now() - orphanAfterMs;
  const orphans: string[] = [];
  for await (const { key, modifiedMs } of artifacts.list('')) {
    const [, project, id] = fileBytes.exec(key) ?? [];
    if (project === undefined || id === undefined || modifiedMs >= before) continue;
    if ((await files.get(recordKey(project, id))) === null) orphans.push(key);
  }
  for (const key of orphans) await artifacts.delete(key);
  return orphans.length;
}
