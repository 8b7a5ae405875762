import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { LatheError } from '@lathe/contracts/error';

type Limits = {
  /** How long a code can be exchanged. */
  readonly signInCodeMs: number;
  /** Codes that wait to be exchanged; an older one goes for one more. */
  readonly signInCodesKept: number;
};

export type SignInCodes = {
  /** A new code that stands for a key, and when it ends, in Unix seconds. */
  create(key: string): { readonly code: string; readonly expiresAt: number };
  /** The key of a code, which is void from then on. Throws `not_found` for a code that is used, too old or none. */
  exchange(code: string): string;
};

/**
 * Codes that sign a browser of this machine in without a key in an address: in memory alone, each for one use and a short time.
 */
export function createSignInCodes(
  { signInCodeMs, signInCodesKept }: Limits,
  now: () => number,
): SignInCodes {
  const waiting = new Map<string, { readonly key: string; readonly endsAt: number }>();
  return {
    create(key) {
      const code = randomBytes(24).toString('base64url');
      const endsAt = now() + signInCodeMs;
      waiting.set(code, { key, endsAt });
      for (const old of [...waiting.keys()].slice(0, -signInCodesKept)) waiting.delete(old);
      return { code, expiresAt: Math.floor(endsAt / 1000) };
    },
    exchange(code) {
      const found = waiting.get(code);
      waiting.delete(code);
      if (found !== undefined && found.endsAt > now()) return found.key;
      throw new LatheError(
        'not_found',
        'The sign-in code was used before, is too old, or is none.',
        {
          param: 'code',
        },
      );
    },
  };
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Refuses a request that does not come from this machine by an address of this machine: one through a proxy, or by a name that
 * somebody else may have made. Throws `insufficient_permissions`.
 */
export function assertFromThisMachine({ socket, headers }: IncomingMessage): void {
  const isProxied = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
  const host = (headers.host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  if (
    !isProxied &&
    isLoopback(socket.remoteAddress ?? '') &&
    (host === 'localhost' || isLoopback(host))
  )
    return;
  throw new LatheError(
    'insufficient_permissions',
    'Sign-in codes are for browsers on the machine that Lathe runs on; sign in with the API key.',
  );
}

function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '');
  const family = isIP(plain);
  return family !== 0 && loopback.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}
