import type { ComponentChildren } from 'preact';
import { ApiError, sentenceOf } from '../api/client.ts';
import type { Query } from '../api/use-query.ts';

/** One sentence about what went wrong, read out at once. */
export function Problem({
  text,
  onRetry,
}: {
  readonly text: string;
  readonly onRetry?: () => void;
}) {
  return (
    <div class="problem" role="alert">
      <p>{text}</p>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** What a part of a page shows that has nothing yet: what would be there, and the next step. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** While the first answer is awaited. */
function Waiting({ what }: { readonly what: string }) {
  return (
    <p class="waiting" role="status">
      Loading {what} …
    </p>
  );
}

type Answered<T> = {
  readonly query: Pick<Query<T>, 'data' | 'error' | 'reload'>;
  /** As it follows "Loading": `the job`. */
  readonly what: string;
  readonly children: (data: T) => ComponentChildren;
};

/** What a query came to: its answer, and above it, or in its place, why the newest one is missing. */
export function Answered<T>({ query: { data, error, reload }, what, children }: Answered<T>) {
  const isGone = error instanceof ApiError && error.status === 404;
  return (
    <>
      {error !== null && error !== undefined && (
        <Problem text={sentenceOf(error)} {...(isGone ? {} : { onRetry: reload })} />
      )}
      {data === undefined ? error ? null : <Waiting what={what} /> : children(data)}
    </>
  );
}
