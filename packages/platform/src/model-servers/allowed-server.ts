import { LatheError } from '@lathe/contracts/error';
import { type ModelServer, plainServerUrl } from '../config/model-servers.ts';

/**
 * The server of this very base URL, among those that the operator allows. Throws `insufficient_permissions` for every other:
 * whoever may name any server has a door into the operator's network.
 * @example allowedServer([{ url: 'https://host/v1', key: null }], { url: 'https://host/v1/', param: 'url' });
 */
export function allowedServer(
  servers: readonly ModelServer[],
  { url, param }: { readonly url: string; readonly param: string },
): ModelServer {
  const wanted = plainServerUrl(url);
  const found = servers.find((server) => server.url === wanted);
  if (found !== undefined) return found;
  throw new LatheError(
    'insufficient_permissions',
    `The server ${url} may not be asked: the operator allows ${servers.length === 0 ? 'none' : 'only others'} by LATHE_MODEL_SERVERS.`,
    { param, retryable: false },
  );
}
