import { useEffect, useState } from 'preact/hooks';

const place = 'lathe.key';

export type Session = {
  readonly key: string | null;
  /** Why there is no key any more, for the form that asks for one. */
  readonly reason: string | null;
};

let session: Session = {
  key: sessionStorage.getItem(place) ?? localStorage.getItem(place),
  reason: null,
};
const listeners = new Set<(session: Session) => void>();

/** The key that requests are made with. */
export function currentKey(): string | null {
  return session.key;
}

/** Keeps a key for this tab, or in this browser until `signOut`. */
export function signIn(key: string, isRemembered: boolean): void {
  (isRemembered ? localStorage : sessionStorage).setItem(place, key);
  change({ key, reason: null });
}

/** Forgets the key, and says why on the form that asks for another. */
export function signOut(reason: string | null = null): void {
  sessionStorage.removeItem(place);
  localStorage.removeItem(place);
  change({ key: null, reason });
}

/** The session as it is, and again whenever it changes. */
export function useSession(): Session {
  const [now, setNow] = useState(session);
  useEffect(() => {
    setNow(session);
    listeners.add(setNow);
    return () => void listeners.delete(setNow);
  }, []);
  return now;
}

/**
 * A link of `npm start` has a one-time code behind `#code=`, which servers and logs never see: it is exchanged for the key,
 * and taken out of the address at once.
 */
export async function takeCodeFromAddress(): Promise<void> {
  const code = /^#code=([\w-]+)$/.exec(location.hash)?.[1];
  if (code === undefined) return;
  history.replaceState(null, '', location.pathname + location.search);
  const failed = 'The link has no key any more: it works once, and for ten minutes.';
  try {
    const response = await fetch('/ui/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
    if (response.ok) signIn(((await response.json()) as { key: string }).key, false);
    else if (session.key === null) change({ key: null, reason: failed });
  } catch {
    if (session.key === null) change({ key: null, reason: 'The gateway does not answer.' });
  }
}

function change(next: Session): void {
  session = next;
  for (const tell of listeners) tell(next);
}
