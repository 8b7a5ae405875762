import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Config } from '@lathe/platform/config';
import { isLoopback, parseAddress } from './address.ts';

/** How controller and workers know each other; the same on both sides. */
export type WorkerSecurity = {
  /** Sent with every call and compared by the worker. */
  readonly secret: string | null;
  /** PEM texts; with them both ends show a certificate that the authority signed. */
  readonly tls: { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer } | null;
};

/** A shorter secret could be guessed from one announcement that it signs. */
const leastSecretLength = 16;

/** Reads the secret and the TLS files. Throws an Error of one sentence that names the variable. */
export async function readWorkerSecurity(config: Config): Promise<WorkerSecurity> {
  const { workerSecret: secret } = config;
  if (secret !== null && secret.length < leastSecretLength)
    throw new Error(
      `LATHE_WORKER_SECRET has ${secret.length} characters, but must have at least ${leastSecretLength}.`,
    );
  const files = {
    LATHE_WORKER_TLS_CA: config.workerTlsCa,
    LATHE_WORKER_TLS_CERT: config.workerTlsCert,
    LATHE_WORKER_TLS_KEY: config.workerTlsKey,
  };
  const unset = Object.entries(files).filter(([, file]) => file === null);
  if (unset.length === 3) return { secret, tls: null };
  const [missing] = unset;
  if (missing !== undefined)
    throw new Error(
      `${missing[0]} is not set: TLS between controller and workers needs all three.`,
    );
  const [ca, cert, key] = await Promise.all(
    Object.entries(files).map(async ([name, file]) => {
      try {
        return await readFile(file ?? '');
      } catch (error) {
        throw new Error(`${name} names the file "${file}", which cannot be read.`, {
          cause: error,
        });
      }
    }),
  );
  return { secret, tls: { ca, cert, key } as NonNullable<WorkerSecurity['tls']> };
}

/**
 * Refuses to serve anybody on a network: throws an Error of one sentence when the listening address is
 * not loopback and callers need neither secret nor certificate.
 */
export function checkListening(address: string, security: WorkerSecurity): void {
  const { host } = parseAddress(address, 'LATHE_WORKER_ADDRESS');
  if (isLoopback(host) || security.tls !== null || security.secret !== null) return;
  throw new Error(
    `LATHE_WORKER_ADDRESS is "${address}", which others can reach: set LATHE_WORKER_TLS_CA, _CERT and _KEY or LATHE_WORKER_SECRET, or listen on 127.0.0.1.`,
  );
}

/** Why calls to the address would give the secret away; undefined: they do not. */
export function whyNotCalled(address: string, security: WorkerSecurity): string | undefined {
  if (security.secret === null || security.tls !== null) return undefined;
  if (isLoopback(parseAddress(address, 'the address of the worker').host)) return undefined;
  return `the secret would travel in plain text to ${address}: set LATHE_WORKER_TLS_CA, _CERT and _KEY`;
}

/** Compares two texts in a time that tells nothing about where they differ. */
export function sameText(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
