import { type Inputs, useCallback, useEffect, useRef, useState } from 'preact/hooks';

export type Query<T> = {
  /** The newest answer; kept while a later one fails. */
  readonly data: T | undefined;
  readonly error: unknown;
  /** Asks again now. */
  readonly reload: () => void;
};

type Ask<T> = (signal: AbortSignal) => Promise<T>;

/**
 * Asks when the page opens and whenever `inputs` change, and again `everyMs` after each answer while the page is seen; 0: once.
 */
export function useQuery<T>(ask: Ask<T>, inputs: Inputs, everyMs = 0): Query<T> {
  const [state, setState] = useState<{ data: T | undefined; error: unknown }>({
    data: undefined,
    error: null,
  });
  const asking = useRef(ask);
  asking.current = ask;
  const every = useRef(everyMs);
  every.current = everyMs;
  const again = useRef<() => void>(() => undefined);

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let looks = 0;
    let shown = 0;
    /** Whether what a look came to is of use: not when a later one came first. */
    const isNews = (number: number): boolean => {
      if (signal.aborted || number < shown) return false;
      shown = number;
      return true;
    };
    const look = async (): Promise<void> => {
      clearTimeout(timer);
      const number = ++looks;
      try {
        const data = await asking.current(signal);
        if (!isNews(number)) return;
        setState({ data, error: null });
      } catch (error) {
        if (!isNews(number)) return;
        setState(({ data }) => ({ data, error }));
      }
      later();
    };
    const later = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (every.current > 0 && document.visibilityState === 'visible') void look();
        else later();
      }, every.current || 1000);
    };
    again.current = () => void look();
    setState({ data: undefined, error: null });
    void look();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, inputs);
  return { ...state, reload: useCallback(() => again.current(), []) };
}
