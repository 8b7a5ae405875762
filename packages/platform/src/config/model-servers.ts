/** An OpenAI-compatible server that the operator allows, by its base URL without a slash at the end. */
export type ModelServer = { readonly url: string; readonly key: string | null };

/**
 * The servers of `LATHE_MODEL_SERVERS` with their keys from `LATHE_MODEL_SERVER_KEYS`. Throws an Error of one sentence, which
 * has no key in it.
 * @example const [server] = readModelServers('https://host/v1', 'https://host/v1=sk-1');
 */
export function readModelServers(urls: string | null, keys: string | null): readonly ModelServer[] {
  const named = list(urls).map((text) => {
    const url = plainServerUrl(text);
    if (url === undefined || url.includes('='))
      throw new Error(
        `The environment variable LATHE_MODEL_SERVERS has "${text}", but must have base URLs like https://host/v1, separated by ",".`,
      );
    return url;
  });
  const known = new Map(list(keys).map((entry, at) => keyOf(entry, { at, named })));
  return named.map((url) => ({ url, key: known.get(url) ?? null }));
}

function keyOf(
  entry: string,
  { at, named }: { readonly at: number; readonly named: readonly string[] },
): readonly [url: string, key: string] {
  const end = entry.indexOf('=');
  const url = plainServerUrl(entry.slice(0, Math.max(end, 0)));
  const key = entry.slice(end + 1);
  if (url === undefined || key === '' || !named.includes(url))
    throw new Error(
      `Entry ${at + 1} of the environment variable LATHE_MODEL_SERVER_KEYS is no "url=key" of a server that LATHE_MODEL_SERVERS names.`,
    );
  return [url, key];
}

function list(text: string | null): string[] {
  return (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/**
 * A base URL as two of them are compared; undefined for what is none: other protocols, a user, a query, a fragment.
 * @example plainServerUrl('https://Host:443/v1/'); // 'https://host/v1'
 */
export function plainServerUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, username, password, search, hash, origin, pathname } = new URL(text);
  const isPlain = username === '' && password === '' && search === '' && hash === '';
  if (!isPlain || (protocol !== 'http:' && protocol !== 'https:')) return undefined;
  return `${origin}${pathname}`.replace(/\/+$/, '');
}
