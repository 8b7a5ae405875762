import { TokenizerError } from '../error.ts';
import type { Change } from './composition.ts';
import { AlignedText, type Normalizer } from './normalizer.ts';

/** Graphemes of this many UTF-8 bytes or more are rewritten character by character, as in the reference. */
const longGrapheme = 6;

/**
 * The normalizer that SentencePiece compiles into its models (T5, XLM-R): a map from strings to strings,
 * kept as a double-array trie (Darts: 32-bit units, of which bits 0–7 are the label, bit 8 says that a value
 * follows, bit 9 scales the offset in bits 10–31) and the replacements after it, each ended by NUL. Throws
 * TokenizerError when `map` is not of that form.
 */
export function precompiledNormalizer(source: string, path: string, map: Uint8Array): Normalizer {
  const bytes = Buffer.from(map);
  const trieSize = bytes.length >= 4 ? bytes.readUInt32LE(0) : -1;
  if (trieSize < 4 || trieSize % 4 !== 0 || 4 + trieSize > bytes.length) {
    throw new TokenizerError(source, `${path}.precompiled_charsmap is not a SentencePiece map`);
  }
  const units = Uint32Array.from({ length: trieSize / 4 }, (_, i) => bytes.readUInt32LE(4 + 4 * i));
  const replacements = bytes.subarray(4 + trieSize);

  /** The replacement of the shortest entry that `chunk` starts with: the reference takes that one. */
  const search = (chunk: Uint8Array): string | undefined => {
    let node = offsetOf(units[0]!);
    for (const byte of chunk) {
      if (byte === 0) return undefined;
      node = (node ^ byte) >>> 0;
      const unit = units[node];
      if (unit === undefined || (unit & 0x800000ff) >>> 0 !== byte) return undefined;
      node = (node ^ offsetOf(unit)) >>> 0;
      if (((unit >>> 8) & 1) === 0) continue;
      const start = (units[node] ?? 0) & 0x7fffffff;
      const end = replacements.indexOf(0, start);
      return replacements.toString('utf8', start, end < 0 ? undefined : end);
    }
    return undefined;
  };
  const known = new Map<string, string | undefined>();
  const rewrite = (text: string): string | undefined => {
    if (known.has(text)) return known.get(text);
    const found = search(Buffer.from(text, 'utf8'));
    if (known.size < 10_000) known.set(text, found);
    return found;
  };

  return (text) => {
    const changes: Change[] = [];
    for (const grapheme of graphemes(text)) {
      const whole =
        Buffer.byteLength(grapheme, 'utf8') < longGrapheme ? rewrite(grapheme) : undefined;
      if (whole !== undefined) replace(changes, grapheme, whole);
      else
        for (const character of grapheme)
          replace(changes, character, rewrite(character) ?? character);
    }
    const out = new AlignedText();
    out.change(changes, text, 0);
    return out.text === text ? { text, alignment: undefined } : out.finish();
  };
}

/** Counts as the reference does: what is more is put in at the end, what is less goes with the last character. */
function replace(changes: Change[], before: string, after: string): void {
  const characters = [...after];
  const more = characters.length - [...before].length;
  for (const [at, character] of characters.entries())
    changes.push({ character, change: at >= characters.length - more ? 1 : 0 });
  const last = changes.at(-1);
  if (more < 0 && last !== undefined)
    changes.splice(-1, 1, { ...last, change: last.change + more });
}

function offsetOf(unit: number): number {
  return ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0;
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

function* graphemes(text: string): Generator<string> {
  // In ASCII only CR LF is more than one character, and segmenting is slow.
  if (/^\p{ASCII}*$/u.test(text)) yield* text.match(/\r\n|[\s\S]/g) ?? [];
  else for (const { segment } of segmenter.segment(text)) yield segment;
}
