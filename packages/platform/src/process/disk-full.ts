/** A disk or a share of it that holds no more. */
export const fullCodes = ['ENOSPC', 'EDQUOT'];

/**
 * Whether something failed because a disk of this machine is full. The causes of an error count as well.
 * @example isDiskFull(new Error('a row is broken')); // false
 */
export function isDiskFull(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if (fullCodes.includes(String((at as NodeJS.ErrnoException).code))) return true;
  return false;
}
