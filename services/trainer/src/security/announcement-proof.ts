import { createHmac } from 'node:crypto';
import type { WorkerRecord } from '@lathe/contracts/record/worker';
import { sameText } from './worker-security.ts';

type Signed = Pick<WorkerRecord, 'id' | 'address' | 'announcedAt' | 'expiresAt'>;

/**
 * Shows that who announced the worker knows the secret: HMAC-SHA-256 (RFC 2104) over who is dialled
 * where, and until when, in base64url.
 */
export function announcementProof(record: Signed, secret: string): string {
  const { id, address, announcedAt, expiresAt } = record;
  const text = JSON.stringify(['lathe worker', id, address, announcedAt, expiresAt]);
  return createHmac('sha256', secret).update(text).digest('base64url');
}

/** Why an announcement is not believed; undefined: it is. */
export function whyNotBelieved(
  record: Signed & Pick<WorkerRecord, 'proof'>,
  secret: string | null,
): string | undefined {
  if (secret === null)
    return record.proof === null
      ? undefined
      : 'the worker has a secret, but LATHE_WORKER_SECRET is not set here';
  if (record.proof === null) return 'its announcement is not signed by the shared secret';
  return sameText(record.proof, announcementProof(record, secret))
    ? undefined
    : 'its announcement is signed by another secret';
}
