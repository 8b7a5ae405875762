import { readFileSync, writeFileSync } from 'node:fs';
import { renderFields } from './fields.ts';

/** Writes the table of fields into docs/tokenizer-files.md, in the place of the one that is there. */
const page = new URL('../../../../docs/tokenizer-files.md', import.meta.url);
const before = readFileSync(page, 'utf8');
writeFileSync(
  page,
  before.replace(/\| file \|[\s\S]*?\n(?=\n|$)/, () => `${renderFields()}\n`),
);
