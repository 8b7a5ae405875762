import { LatheError } from '@lathe/contracts/error';
import type { FileRecord } from '@lathe/contracts/record/file';

/** Throws `invalid_file_format` where not as many bytes are stored as were uploaded. */
export function requireWhole({ id, bytes }: FileRecord, stored: number, param: string): void {
  if (stored === bytes) return;
  throw new LatheError(
    'invalid_file_format',
    `The file ${id} is damaged in the artifact store, which has ${stored} of its ${bytes} bytes: upload it again.`,
    { param },
  );
}
