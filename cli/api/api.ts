import { page as pageOf } from '@lathe/contracts/http/list';
import OpenAI from 'openai';
import { z } from 'zod';
import { CommandError } from '../command/failure.ts';

type Query = Readonly<Record<string, string | number>>;

/** A Lathe by its address and a key: its public HTTP API, each answer parsed with its schema. */
export type Api = {
  readonly url: string;
  /** The official client, for what needs no more than it. */
  readonly client: OpenAI;
  get<S extends z.ZodType>(path: string, schema: S, query?: Query): Promise<z.output<S>>;
  post<S extends z.ZodType>(path: string, schema: S, body?: object): Promise<z.output<S>>;
  delete<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>>;
  /** The items of a list, page after page, in the order of the API. */
  list<S extends z.ZodType<{ id: string }>>(
    path: string,
    item: S,
    query?: Query,
  ): AsyncGenerator<z.output<S>>;
  /** The answer as it is, such as a file. Rejects with the API's error where it is one. */
  fetch(path: string, query?: Query): Promise<Response>;
};

/** Speaks to a Lathe; `signal` ends what is under way. */
export function createApi(
  { url, key }: { readonly url: string; readonly key: string },
  signal: AbortSignal,
): Api {
  const base = url.replace(/\/+$/, '').replace(/\/v1$/, '');
  const client = new OpenAI({ baseURL: `${base}/v1`, apiKey: key, logLevel: 'off' });
  const api: Api = {
    url: base,
    client,
    async get(path, schema, query = {}) {
      return schema.parse(await client.get(path, { query, signal }));
    },
    async post(path, schema, body = {}) {
      return schema.parse(await client.post(path, { body, signal }));
    },
    async delete(path, schema) {
      return schema.parse(await client.delete(path, { signal }));
    },
    async *list(path, item, query = {}) {
      const pageSchema = z.object({ data: z.array(item), has_more: z.boolean() });
      let after: Query = {};
      for (;;) {
        const { data, has_more: hasMore } = await api.get(path, pageSchema, { ...query, ...after });
        yield* data;
        const { last_id: last } = pageOf([...data], hasMore);
        if (!hasMore || last === null) return;
        after = { after: last };
      }
    },
    fetch: (path, query = {}) =>
      client.get<Response>(path, { query, signal, __binaryResponse: true }),
  };
  return api;
}

/** The first items of a list, at most so many. */
export async function take<T>(items: AsyncIterable<T>, most: number): Promise<T[]> {
  const taken: T[] = [];
  if (most === 0) return taken;
  for await (const item of items) if (taken.push(item) >= most) break;
  return taken;
}

/** A number of an option that must be a whole one. Throws CommandError that names the option. */
export function wholeNumber(text: string, option: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new CommandError('usage', `--${option} takes a whole number, not "${text}".`);
}
