import { file, request } from 'k6/http';

/** Longest wait for an answer: a chat may have to load its model first. */
const timeout = '60s';
/** The largest pages that the lists allow. */
const pageSizes: Readonly<Record<string, number>> = { events: 1000 };
const pageSize = 100;

/** The `fine_tuning.job` object, as far as the scripts read it. */
export type Job = {
  readonly id: string;
  readonly status: string;
  readonly fine_tuned_model: string | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly lathe: { readonly step: number | null };
};
export type Event = { readonly id: string; readonly message: string };

/** An answer other than the expected 2xx; the message has its route, status and body. */
class RequestError extends Error {}

/** The gateway as one project's key sees it. Every method throws RequestError. */
export type Client = {
  get(route: string, path: string): unknown;
  post(route: string, path: string, body: unknown, headers?: Record<string, string>): unknown;
  delete(route: string, path: string): unknown;
  /** Uploads JSONL and returns the id of the file. */
  upload(filename: string, jsonl: string): string;
  /** The text of a file. */
  content(fileId: string): string;
  /** Every object of the list that `route` names, page by page. */
  list<T extends { readonly id: string }>(route: string, path: string): T[];
};

/** A client of the gateway at `url` (without `/v1`); its requests are tagged with their route. */
export function createClient(url: string, apiKey: string): Client {
  const send = (
    route: string,
    method: string,
    path: string,
    options: {
      readonly body?: Parameters<typeof request>[2];
      readonly headers?: Record<string, string>;
    } = {},
  ): string => {
    const headers = { Authorization: `Bearer ${apiKey}`, ...options.headers };
    const params = { headers, tags: { route, name: route }, timeout };
    const response = request(method, `${url}${path}`, options.body ?? null, params);
    if (response.status >= 200 && response.status < 300) return response.body ?? '';
    const answer = response.error || response.body || '';
    throw new RequestError(`${method} ${path} (${route}): status ${response.status}, ${answer}`);
  };
  const json = (text: string): unknown => JSON.parse(text);
  return {
    get: (route, path) => json(send(route, 'GET', path)),
    post: (route, path, body, headers = {}) =>
      json(
        send(route, 'POST', path, {
          body: JSON.stringify(body),
          headers: { 'Content-Type': 'application/json', ...headers },
        }),
      ),
    delete: (route, path) => json(send(route, 'DELETE', path)),
    upload: (filename, jsonl) => {
      const body = { purpose: 'fine-tune', file: file(jsonl, filename, 'application/jsonl') };
      return (json(send('upload', 'POST', '/v1/files', { body })) as { id: string }).id;
    },
    content: (fileId) => send('content', 'GET', `/v1/files/${fileId}/content`),
    list: <T extends { readonly id: string }>(route: string, path: string): T[] => {
      const limit = pageSizes[route] ?? pageSize;
      const all: T[] = [];
      for (;;) {
        const after = all.length === 0 ? '' : `&after=${all.at(-1)?.id}`;
        const page = json(send(route, 'GET', `${path}?limit=${limit}${after}`)) as {
          readonly data: readonly T[];
          readonly has_more?: boolean;
        };
        all.push(...page.data);
        if (page.has_more !== true || page.data.length === 0) return all;
      }
    },
  };
}

/** The value of an environment variable of the script. Throws when it is missing. */
export function setting(name: string): string {
  const value = __ENV[name];
  if (value === undefined || value === '')
    throw new Error(`${name} is not set: start the scripts by npm run load`);
  return value;
}
