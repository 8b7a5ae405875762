import type { WorkerRecord } from '@lathe/contracts/record/worker';
import type { Logger } from '@lathe/platform/log';
import { whyNotBelieved } from '../../security/announcement-proof.ts';
import { type WorkerSecurity, whyNotCalled } from '../../security/worker-security.ts';

/**
 * Decides which announced workers get jobs: those whose announcement is proven and who can be called
 * safely. Why another one gets none is logged once for each reason.
 */
export function createAdmission(
  security: WorkerSecurity,
  log: Logger,
): (record: WorkerRecord) => boolean {
  const told = new Map<string, string>();
  return (record) => {
    const { id, address } = record;
    const reason = whyNotBelieved(record, security.secret) ?? whyNotCalledAt(address, security);
    if (reason === undefined) {
      told.delete(id);
      return true;
    }
    if (told.get(id) !== reason)
      log.warn({ worker: id, address }, `a worker gets no jobs: ${reason}`);
    told.set(id, reason);
    return false;
  };
}

/** Also for an address that is none. */
function whyNotCalledAt(address: string, security: WorkerSecurity): string | undefined {
  try {
    return whyNotCalled(address, security);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
