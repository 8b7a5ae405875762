import { checkServerIdentity } from 'node:tls';
import {
  type ChannelCredentials,
  type ChannelOptions,
  credentials,
  Metadata,
  ServerCredentials,
} from '@grpc/grpc-js';
import { parseAddress } from './address.ts';
import { sameText, type WorkerSecurity, whyNotCalled } from './worker-security.ts';

/**
 * A name that a worker's certificate may carry instead of its host, for workers whose addresses nobody
 * knows beforehand: the authority signs nothing but this traffic.
 */
const workerTlsName = 'lathe-worker';
const scheme = 'Bearer ';
const requestIdKey = 'x-request-id';

/** What the worker serves with: with TLS only to callers whose certificate the authority signed. */
export function serverCredentials({ tls }: WorkerSecurity): ServerCredentials {
  if (tls === null) return ServerCredentials.createInsecure();
  return ServerCredentials.createSsl(
    tls.ca,
    [{ private_key: tls.key, cert_chain: tls.cert }],
    true,
  );
}

/** What the controller dials a worker with. Throws when that would give the secret away. */
export function dialOptions(
  address: string,
  security: WorkerSecurity,
): { readonly credentials: ChannelCredentials; readonly options: ChannelOptions } {
  const reason = whyNotCalled(address, security);
  if (reason !== undefined) throw new Error(`A worker is not called, because ${reason}.`);
  const { tls } = security;
  if (tls === null) return { credentials: credentials.createInsecure(), options: {} };
  const { host } = parseAddress(address, 'the address of the worker');
  return {
    credentials: credentials.createSsl(tls.ca, tls.key, tls.cert, {
      checkServerIdentity: (_, certificate) =>
        checkServerIdentity(host, certificate) && checkServerIdentity(workerTlsName, certificate),
    }),
    // The name to ask for may not be an address (RFC 6066); the check above takes the host all the same.
    options: { 'grpc.ssl_target_name_override': workerTlsName },
  };
}

/** What goes with every call to a worker: the secret, and which request the call is about. */
export function callMetadata({ secret }: WorkerSecurity, requestId?: string): Metadata {
  const metadata = new Metadata();
  if (requestId !== undefined) metadata.set(requestIdKey, requestId);
  if (secret !== null) metadata.set('authorization', `${scheme}${secret}`);
  return metadata;
}

/** Whether the caller knows the secret, or none is needed. */
export function isAuthorized(metadata: Metadata, { secret }: WorkerSecurity): boolean {
  if (secret === null) return true;
  const [given = ''] = metadata.get('authorization');
  return sameText(String(given), `${scheme}${secret}`);
}

/** The request that the caller names, if it is a plain word. */
export function requestIdOf(metadata: Metadata): string | undefined {
  const [given] = metadata.get(requestIdKey);
  return typeof given === 'string' && /^[\w-]{1,100}$/.test(given) ? given : undefined;
}
