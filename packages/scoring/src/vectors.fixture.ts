import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What a reference package computed, from `fixtures/<name>.json`; bench/reference/metrics.py wrote it. */
export function vectors<Cases>(name: string): Cases {
  return JSON.parse(
    readFileSync(path.join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8'),
  ) as Cases;
}
