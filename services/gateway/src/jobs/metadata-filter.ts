import { LatheError } from '@lathe/contracts/error';
import type { JobFilter } from './jobs.ts';

/**
 * Takes `metadata[k]=v` out of a query; `metadata=` and `metadata=null` ask for jobs without any.
 * Throws `invalid_value` for another plain `metadata`.
 */
export function readMetadataFilter(query: Readonly<Record<string, string>>): {
  metadata: JobFilter['metadata'];
  rest: Record<string, string>;
} {
  const pairs = new Map<string, string>();
  const rest = new Map<string, string>();
  let isNone = false;
  for (const [name, value] of Object.entries(query)) {
    const key = /^metadata\[(.+)\]$/s.exec(name)?.[1];
    if (key !== undefined) pairs.set(key, value);
    else if (name !== 'metadata') rest.set(name, value);
    else if (value === '' || value === 'null') isNone = true;
    else
      throw new LatheError(
        'invalid_value',
        "Invalid value for 'metadata': give pairs as metadata[key]=value, or null for none.",
        { param: 'metadata' },
      );
  }
  return { metadata: isNone ? 'none' : pairs, rest: Object.fromEntries(rest) };
}
