/** Memory of this process that is not JavaScript's. */
export type LentPlace = { readonly address: bigint; readonly byteLength: number };

type Loan = { readonly place: LentPlace; readonly giveBack: () => void };

const loans = new WeakMap<ArrayBuffer, Loan>();

/** Notes that a buffer is memory of a device, which is told when it is given back. */
export function lend(buffer: ArrayBuffer, loan: Loan): void {
  loans.set(buffer, loan);
}

/** Where a buffer lies that is memory of a device: it cannot be moved to another thread. Undefined for any other. */
export function lentPlace(buffer: ArrayBuffer): LentPlace | undefined {
  return loans.get(buffer)?.place;
}

/**
 * Gives a buffer's memory back now, to the device that lent it or to this process; nobody can read it then. Left to the
 * garbage collector, which sees small objects only, the gradients of one step would still be there while the next one
 * makes its own. Twice does no harm.
 */
export function giveBack(buffer: ArrayBuffer): void {
  const loan = loans.get(buffer);
  loans.delete(buffer);
  if (!buffer.detached) buffer.transfer(0);
  loan?.giveBack();
}
