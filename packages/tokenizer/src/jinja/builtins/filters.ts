import type { Filter } from './filter.ts';
import { numberFilters } from './number-filters.ts';
import { selectingFilters } from './selecting-filters.ts';
import { sequenceFilters } from './sequence-filters.ts';
import { textFilters } from './text-filters.ts';

/** All filters by name. */
export const filters: ReadonlyMap<string, Filter> = new Map([
  ...textFilters,
  ...sequenceFilters,
  ...selectingFilters,
  ...numberFilters,
]);

/** Filters of Jinja2 that are refused by name. */
export const refusedFilters: ReadonlySet<string> = new Set([
  'pprint',
  'random',
  'striptags',
  'urlize',
  'wordwrap',
  'xmlattr',
]);
