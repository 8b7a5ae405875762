/** Headers of server-sent events. */
export const eventStream = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
};

/** Ends every stream, as the official client expects. */
export const terminator = 'data: [DONE]\n\n';
/** A comment that clients skip; keeps proxies from closing a quiet connection. */
export const heartbeat = ': waiting\n\n';

/** One event of a stream; one with an id can be gone on from. */
export function data(value: unknown, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(value)}\n\n`;
}
