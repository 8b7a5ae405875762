import { useLayoutEffect, useState } from 'preact/hooks';

const base = '/ui';
const listeners = new Set<() => void>();
/** Least time between two changes of an address that is typed into: browsers refuse more than a hundred in half a minute. */
const writeMs = 400;

/** The query as it is typed, until the address has it. */
let typed: URLSearchParams | null = null;
let writtenAt = Number.NEGATIVE_INFINITY;
let writing: ReturnType<typeof setTimeout> | undefined;

/** Where the page is: its path under /ui, beginning with `/`, and its query. */
export type Place = { readonly path: string; readonly query: URLSearchParams };

function placeNow(): Place {
  const path = location.pathname.slice(base.length).replace(/\/+$/, '');
  return { path: path === '' ? '/' : path, query: new URLSearchParams(typed ?? location.search) };
}

/** The address of a path of the dashboard. */
export function addressOf(path: string): string {
  return base + path;
}

/** Goes to a path of the dashboard, as a click on a link does. */
export function navigate(path: string): void {
  writeTyped();
  history.pushState(null, '', addressOf(path));
  for (const tell of listeners) tell();
}

/** Writes what was typed into the address of the page that it was typed on. */
function writeTyped(): void {
  clearTimeout(writing);
  writing = undefined;
  if (typed === null) return;
  const text = typed.toString();
  typed = null;
  writtenAt = performance.now();
  history.replaceState(null, '', location.pathname + (text === '' ? '' : `?${text}`));
}

function retype(query: URLSearchParams): void {
  typed = query;
  const wait = writtenAt + writeMs - performance.now();
  if (wait <= 0) writeTyped();
  else writing ??= setTimeout(writeTyped, wait);
  for (const tell of listeners) tell();
}

addEventListener('popstate', () => {
  // The address is that of another view by now.
  clearTimeout(writing);
  writing = undefined;
  typed = null;
});

/** Where the page is, and again whenever it goes elsewhere. */
export function usePlace(): Place {
  const [place, setPlace] = useState(placeNow);
  // Before anything can be typed: a change that nobody hears of here would be lost.
  useLayoutEffect(() => {
    const tell = (): void => setPlace(placeNow());
    listeners.add(tell);
    addEventListener('popstate', tell);
    return () => {
      listeners.delete(tell);
      removeEventListener('popstate', tell);
    };
  }, []);
  return place;
}

/** A text that is kept in the address under `name`, so that a view can be sent to somebody; absent where it is `usual`. */
export function useQueryText(name: string, usual = ''): [string, (value: string) => void] {
  const { query } = usePlace();
  const set = (value: string): void => {
    const { query: now } = placeNow();
    if (value === usual) now.delete(name);
    else now.set(name, value);
    retype(now);
  };
  return [query.get(name) ?? usual, set];
}

/** The parts of a path that a pattern such as `/jobs/:job` names; null where it is another path. */
export function matchPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return null;
  const parts: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const value = given[i] ?? '';
    if (part.startsWith(':')) parts[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return null;
  }
  return parts;
}
