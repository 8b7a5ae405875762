import { useEffect, useState } from 'preact/hooks';

/** A request that the page in view has made. */
export type Call = { readonly method: string; readonly path: string; readonly body: string | null };

/** Calls of one page that are kept, the newest. */
const mostCalls = 40;
/** Longer bodies, such as those of files, are not shown. */
const mostBody = 4000;

let place = '';
let calls: readonly Call[] = [];
const listeners = new Set<() => void>();

/** Notes a request of the page in view; one that is made again, as of a list that is looked at all the time, is noted once. */
export function noteCall(method: string, path: string, body: unknown): void {
  if (location.pathname !== place) {
    place = location.pathname;
    calls = [];
  }
  const text = body === undefined || body instanceof FormData ? null : JSON.stringify(body);
  const call = { method, path, body: text !== null && text.length <= mostBody ? text : null };
  const isSame = (other: Call): boolean =>
    other.method === method && other.path === path && other.body === call.body;
  if (calls.some(isSame)) return;
  calls = [...calls, call].slice(-mostCalls);
  for (const tell of listeners) tell();
}

/** What the page in view has asked the API, in that order. */
export function useCalls(): readonly Call[] {
  const [, draw] = useState(0);
  useEffect(() => {
    const tell = (): void => draw((count) => count + 1);
    listeners.add(tell);
    // What was noted before anybody listened.
    tell();
    return () => {
      listeners.delete(tell);
    };
  }, []);
  return calls;
}

/** The call as a command; the key stands in the environment. */
export function curlOf(origin: string, { method, path, body }: Call): string {
  const isUsual = method === (body === null ? 'GET' : 'POST');
  const data = body === null ? '' : ` -H 'Content-Type: application/json' -d ${quoted(body)}`;
  return `curl ${isUsual ? '' : `-X ${method} `}${quoted(origin + path)} -H "Authorization: Bearer $LATHE_API_KEY"${data}`;
}

/** A text that a shell takes as it is. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
