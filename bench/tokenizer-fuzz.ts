/**
 * Every family of tokenizer against the `tokenizers` crate, the reference, on the same strings: ids, with offsets and without, offsets
 * and the text that the ids decode to. `npm run fuzz:tokenizers -- [--strings 10000] [file …]`: so many hostile strings, and the
 * paragraphs of the files (the project's own Markdown and TypeScript when none is given). Exits with 1 on any difference.
 */
import { globSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { hostileTexts, toUnits } from '@lathe/tokenizer/internal/hostile-texts.fixture';
import { createTokenizer } from '@lathe/tokenizer/tokenizer';
import { Tokenizer as Reference } from 'tokenizers';

const { values, positionals } = parseArgs({
  options: { strings: { type: 'string', default: '10000' } },
  allowPositionals: true,
});
const files =
  positionals.length > 0
    ? positionals
    : globSync(['*.md', '{packages,services,docs}/**/*.{md,ts}']).sort();
const hostile = hostileTexts(Number(values.strings));
const real = files.flatMap((file) => readFileSync(file, 'utf8').split(/(?<=\n\n)/));

const folder = new URL('../packages/tokenizer/src/fixtures/', import.meta.url);
const families = globSync('*.ids.json', { cwd: folder.pathname })
  .map((name) => name.replace('.ids.json', ''))
  .sort();

type Differences = { ids: number; offsets: number; texts: number; first: string };

/** Strings encoded at a time. */
const batch = 1000;

async function compare(family: string, texts: readonly string[]): Promise<Differences> {
  const json = readFileSync(new URL(`${family}.json`, folder), 'utf8');
  const ours = createTokenizer(JSON.parse(json), family);
  const theirs = Reference.fromString(json);
  const found: Differences = { ids: 0, offsets: 0, texts: 0, first: '' };
  for (let from = 0; from < texts.length; from += batch) {
    const some = texts.slice(from, from + batch);
    const encodings = await theirs.encodeBatch(some, { addSpecialTokens: false });
    const decoded = await theirs.decodeBatch(
      encodings.map((encoding) => encoding.getIds()),
      false,
    );
    for (const [at, text] of some.entries()) {
      const { tokens, offsets } = ours.encodeWithOffsets(text, { special: true });
      const encoding = encodings[at];
      const note = (kind: 'ids' | 'offsets' | 'texts'): void => {
        found[kind]++;
        if (found.first === '') found.first = `${kind} of ${JSON.stringify(text.slice(0, 80))}`;
      };
      const ids = encoding?.getIds() ?? [];
      // Without offsets words go another way, which is that of jobs.
      const plain = ours.encode(text, { special: true });
      if (!isSame(tokens, ids) || !isSame(plain, ids)) note('ids');
      else if (!isSame(offsets.flat(), toUnits(text, encoding?.getOffsets() ?? []).flat()))
        note('offsets');
      if (ours.decode(tokens) !== decoded[at]) note('texts');
    }
  }
  return found;
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((value, at) => value === other[at]);
}

console.log(
  `${hostile.length} hostile strings and ${real.length} paragraphs of real text a family`,
);
console.log('| family | strings | ids differ | offsets differ | decoded texts differ | first |');
console.log('| --- | --- | --- | --- | --- | --- |');
let differences = 0;
for (const family of families)
  for (const [kind, texts] of [
    ['hostile', hostile],
    ['real', real],
  ] as const) {
    const { ids, offsets, texts: written, first } = await compare(family, texts);
    differences += ids + offsets + written;
    console.log(`| ${family} | ${kind} | ${ids} | ${offsets} | ${written} | ${first} |`);
  }
if (differences > 0) process.exitCode = 1;
