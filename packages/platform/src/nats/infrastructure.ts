import { ArtifactError } from '../artifacts/port.ts';
import { fullCodes } from '../process/disk-full.ts';
import { isAbsence } from './link.ts';

/** Failures of the machine and of the network as Node names them. */
const systemCodes = new Set([
  ...fullCodes,
  ...['EIO', 'EROFS', 'EMFILE', 'ENFILE'],
  ...['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH'],
]);

/**
 * Whether something failed because a store, a disk or the message server is away or full: no fault of the work, which
 * goes on once that is mended, however often it was tried. The causes of an error count as well.
 * @example isInfrastructure(new Error('a row is broken')); // false
 */
export function isInfrastructure(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof ArtifactError && ['unavailable', 'full', 'denied'].includes(at.problem))
      return true;
    if (isAbsence(at)) return true;
    if (systemCodes.has(String((at as NodeJS.ErrnoException).code))) return true;
  }
  return false;
}
