import { createHash } from 'node:crypto';
import { LatheError } from '@lathe/contracts/error';
import { type IdKind, newId } from '@lathe/contracts/id';
import { recordKey } from '@lathe/contracts/subject';
import { ConflictError, type RecordStore } from '@lathe/platform/records/port';
import { z } from 'zod';

/** Remembers which job, batch, eval or run of an eval a create request was given, so that the same request finds it again. */
export const claimSchema = z.object({
  version: z.literal(1),
  /** Hash of the request's content. */
  hash: z.string(),
  /** Of what was made. */
  jobId: z.string(),
  /** Milliseconds; later the claim counts as absent. */
  expiresMs: z.number(),
});
export type Claim = z.infer<typeof claimSchema>;

export type ClaimRequest = {
  /** What is made. */
  readonly kind: IdKind;
  readonly project: string;
  readonly hash: string;
  readonly idempotencyKey: string | undefined;
  readonly isRetry: boolean;
  readonly nowMs: number;
};

/** Hash of a request's content; the order of keys does not count. */
export function requestHash(body: unknown): string {
  return digest(JSON.stringify(sorted(body)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export type ClaimPorts = {
  /** Checks the request before it is given a new id. */
  readonly check: () => Promise<void>;
  /** Whether what was made before is over. */
  readonly hasEnded: (jobId: string) => Promise<boolean>;
};

/**
 * The id for what a create request makes. An idempotency key, or the same content marked as a
 * retry, leads to the id that was given before; otherwise `check` runs and a new id is
 * remembered. The id is remembered before it exists, so that a retry can finish a create that
 * died half-way. A retry without a key that finds what has ended is a new wish: only the key's owner said that it
 * is the same one. Throws `idempotency_conflict` when a key comes with other content.
 */
export async function claimId(
  claims: RecordStore<Claim>,
  request: ClaimRequest,
  settings: { readonly retryWindowMs: number; readonly idempotencyMs: number },
  { check, hasEnded }: ClaimPorts,
): Promise<string> {
  const { kind, project, hash, idempotencyKey, isRetry, nowMs } = request;
  const byKey = idempotencyKey !== undefined;
  const key = recordKey(project, byKey ? `key-${digest(idempotencyKey)}` : `body-${hash}`);
  const lifeMs = byKey ? settings.idempotencyMs : settings.retryWindowMs;
  const stored = await claims.get(key);
  const alive = stored !== null && stored.value.expiresMs > nowMs;
  if (alive && byKey) return agreed(stored.value, hash);
  if (alive && isRetry && !(await hasEnded(stored.value.jobId))) return stored.value.jobId;
  await check();
  const claim: Claim = { version: 1, hash, jobId: newId(kind), expiresMs: nowMs + lifeMs };
  if (!byKey && !isRetry) {
    await claims.put(key, claim);
    return claim.jobId;
  }
  try {
    if (stored === null) await claims.create(key, claim);
    else await claims.update(key, claim, stored.revision);
    return claim.jobId;
  } catch (error) {
    // The same request ran at the same time and was first.
    const winner = error instanceof ConflictError ? await claims.get(key) : null;
    if (winner === null) throw error;
    return agreed(winner.value, hash);
  }
}

function agreed(claim: Claim, hash: string): string {
  if (claim.hash !== hash)
    throw new LatheError(
      'idempotency_conflict',
      'This Idempotency-Key was used before with another request; take a new key.',
      { retryable: false },
    );
  return claim.jobId;
}
