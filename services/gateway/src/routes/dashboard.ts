import { LatheError } from '@lathe/contracts/error';
import { signInRequestSchema } from '@lathe/contracts/http/sign-in';
import { Hono, type MiddlewareHandler } from 'hono';
import { type BuiltFile, readBuiltFiles } from '../dashboard/built-files.ts';
import { assertFromThisMachine, type SignInCodes } from '../dashboard/sign-in-codes.ts';
import type { GatewayContext, GatewayEnv } from '../http/http.ts';
import { parseRequest } from '../http/parse.ts';
import { readBytes } from '../http/request-body.ts';
import type { GatewaySettings } from '../settings.ts';

const base = '/ui/';

/** What the dashboard may do: run its own script in its own style and ask the gateway that it comes from. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/**
 * / and /ui/: the dashboard's files, read once. Every address below it that is no file is the page, which finds its view by itself. No
 * route of the API, and so in no description of it.
 */
export function dashboard(
  codes: SignInCodes,
  settings: GatewaySettings,
): MiddlewareHandler<GatewayEnv> {
  const files = readBuiltFiles(settings.dashboardFolder);
  return async (c, next) => {
    const { path, method } = c.req;
    if (path === '/' || path === '/ui') return c.redirect(base, 302);
    if (method === 'POST' && path === `${base}sign-in`) {
      assertFromThisMachine(c.env.incoming);
      const { code } = parseRequest(
        signInRequestSchema,
        readJson(await readBytes(c.env.incoming, settings)),
      );
      return c.json({ key: codes.exchange(code) });
    }
    if (method !== 'GET' && method !== 'HEAD') return next();
    if (files === null)
      throw new LatheError(
        'unavailable',
        'The dashboard is not built: run `npm run setup`, then start Lathe again.',
      );
    const name = path.slice(base.length);
    const file =
      files.get(name) ?? (name.startsWith('assets/') ? undefined : files.get('index.html'));
    if (file === undefined) return next();
    return sent(c, file);
  };
}

function sent(c: GatewayContext, file: BuiltFile): Response {
  const { bytes, packed, type, etag, isForEver } = file;
  const headers = {
    etag,
    'content-type': type,
    'cache-control': isForEver ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': policy,
    vary: 'accept-encoding',
  };
  if (c.req.header('if-none-match')?.includes(etag) === true) return c.body(null, 304, headers);
  if (packed === null || !/\bgzip\b/.test(c.req.header('accept-encoding') ?? ''))
    return c.body(bytes, 200, headers);
  return c.body(packed, 200, { ...headers, 'content-encoding': 'gzip' });
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new LatheError('invalid_json', 'The request body is not valid JSON.', { cause });
  }
}

/** POST /v1/lathe/sign_in_codes: a code that a browser of this machine exchanges for the key that asks. */
export function signInCodeRoutes(codes: SignInCodes): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().post('/', (c) => {
    assertFromThisMachine(c.env.incoming);
    const key = /^Bearer +(\S+) *$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? '';
    const { code, expiresAt } = codes.create(key);
    return c.json({ object: 'lathe.sign_in_code', code, expires_at: expiresAt });
  });
}
