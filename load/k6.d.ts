/** What the scripts use of k6 v2; k6 runs TypeScript without checking it, so `tsc -p load` does. */

declare const __ENV: Readonly<Record<string, string | undefined>>;
declare const console: {
  log(message: string): void;
  error(message: string): void;
};

declare module 'k6' {
  /** Counts each named condition in the metric `checks`; true when all hold. */
  export function check<T>(
    value: T,
    conditions: Readonly<Record<string, (value: T) => boolean>>,
    tags?: Readonly<Record<string, string>>,
  ): boolean;
  export function sleep(seconds: number): void;
  /** Fails the iteration. */
  export function fail(message?: string): never;
}

declare module 'k6/execution' {
  export const vu: { readonly idInTest: number };
  export const scenario: { readonly name: string; readonly iterationInTest: number };
}

declare module 'k6/metrics' {
  type Tags = Readonly<Record<string, string>>;
  class Metric {
    constructor(name: string, isTime?: boolean);
    add(value: number | boolean, tags?: Tags): void;
  }
  export class Counter extends Metric {}
  export class Rate extends Metric {}
  export class Trend extends Metric {}
}

declare module 'k6/http' {
  export type FormFile = {
    readonly data: string;
    readonly filename: string;
    readonly content_type: string;
  };
  export type Body = string | Readonly<Record<string, string | FormFile>> | null;
  export type Params = {
    readonly headers?: Readonly<Record<string, string>>;
    readonly tags?: Readonly<Record<string, string>>;
    /** Milliseconds, or a duration such as `30s`. */
    readonly timeout?: number | string;
  };
  export type Response = {
    /** 0 when no response came. */
    readonly status: number;
    readonly body: string | null;
    readonly error: string;
  };
  /** A form file of an upload. */
  export function file(data: string, filename: string, contentType: string): FormFile;
  export function request(method: string, url: string, body?: Body, params?: Params): Response;
}
