/** Values that arrive by themselves, taken one after another by one reader. */
export type Mailbox<T> = {
  put(value: T): void;
  /** Every later `take`, after what has arrived, rejects with this. The first failure counts. */
  fail(error: unknown): void;
  /** The next value, as soon as there is one. */
  take(): Promise<T>;
};

export function createMailbox<T>(): Mailbox<T> {
  const values: T[] = [];
  let failure: { readonly error: unknown } | undefined;
  let waiting: PromiseWithResolvers<T> | undefined;
  return {
    put(value) {
      if (waiting === undefined) values.push(value);
      else waiting.resolve(value);
      waiting = undefined;
    },
    fail(error) {
      failure ??= { error };
      waiting?.reject(failure.error);
      waiting = undefined;
    },
    take() {
      if (values.length > 0) return Promise.resolve(values.shift() as T);
      if (failure !== undefined) return Promise.reject(failure.error);
      waiting = Promise.withResolvers<T>();
      return waiting.promise;
    },
  };
}
