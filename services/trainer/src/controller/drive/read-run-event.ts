import type { RunEvent } from '../../run-event.ts';

/**
 * What is wrong with a message of a run, as its place and what stands there; undefined: nothing. The wire gives every
 * field its type, but not that a number is finite, nor that a result has an outcome.
 */
export function faultOf(event: RunEvent): string | undefined {
  if (event.$case === 'result' && event.value.outcome === undefined) return 'result has no outcome';
  return faultIn(event.value, event.$case);
}

function faultIn(value: unknown, path: string): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path} is ${value}`;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const fault = faultIn(part, `${path}.${key}`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
