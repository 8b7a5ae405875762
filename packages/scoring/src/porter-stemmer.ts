/** A suffix, what takes its place, and what the stem before it must be like; the first suffix that fits decides. */
type Rule = readonly [suffix: string, becomes: string, holds?: (stem: string) => boolean];

const vowels = 'aeiou';
/** Words that NLTK's stemmer has in a list. */
const irregular: Readonly<Record<string, string>> = {
  sky: 'sky',
  skies: 'sky',
  dying: 'die',
  lying: 'lie',
  tying: 'tie',
  news: 'news',
  innings: 'inning',
  inning: 'inning',
  outings: 'outing',
  outing: 'outing',
  cannings: 'canning',
  canning: 'canning',
  howe: 'howe',
  proceed: 'proceed',
  exceed: 'exceed',
  succeed: 'succeed',
};

const hasMeasure = (stem: string) => measure(stem) > 0;
const isLong = (stem: string) => measure(stem) > 1;
const rules = (holds: Rule[2], text: string): Rule[] =>
  text.split(' ').map((each): Rule => {
    const [suffix = '', becomes = ''] = each.split('>');
    return holds === undefined ? [suffix, becomes] : [suffix, becomes, holds];
  });

const plurals = rules(undefined, 'sses>ss ies>i ss>ss s>');
const step2 = rules(
  hasMeasure,
  'ational>ate tional>tion enci>ence anci>ance izer>ize bli>ble alli>al entli>ent eli>e ousli>ous ' +
    'ization>ize ation>ate ator>ate alism>al iveness>ive fulness>ful ousness>ous aliti>al iviti>ive ' +
    'biliti>ble fulli>ful',
);
const step3 = rules(hasMeasure, 'icate>ic ative> alize>al iciti>ic ical>ic ful> ness>');
const step4: readonly Rule[] = [
  ...rules(isLong, 'al> ance> ence> er> ic> able> ible> ant> ement> ment> ent>'),
  ['ion', '', (stem) => isLong(stem) && /[st]$/.test(stem)],
  ...rules(isLong, 'ou> ism> ate> iti> ous> ive> ize>'),
];

/**
 * The stem of an English word in lower case: Porter 1980 with NLTK's extensions, which rouge_score stems with.
 */
export function porterStem(word: string): string {
  const known = Object.hasOwn(irregular, word) ? irregular[word] : undefined;
  if (known !== undefined) return known;
  if (word.length <= 2) return word;
  const singular =
    word.length === 4 && word.endsWith('ies') ? word.slice(0, -1) : apply(word, plurals);
  const bare = withoutEnding(singular);
  const vowel = apply(bare, [
    ['y', 'i', (stem) => stem.length > 1 && isConsonant(stem, stem.length - 1)],
  ]);
  const short = apply(apply(secondStep(vowel), step3), step4);
  const open = withoutE(short);
  return open.endsWith('ll') && isLong(open.slice(0, -1)) ? open.slice(0, -1) : open;
}

/** Past tenses and participles, and what is put back at their stems. */
function withoutEnding(word: string): string {
  if (word.endsWith('ied')) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith('eed')) return hasMeasure(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const suffix = ['ed', 'ing'].find(
    (each) => word.endsWith(each) && hasVowel(word.slice(0, -each.length)),
  );
  if (suffix === undefined) return word;
  const stem = word.slice(0, -suffix.length);
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsDouble(stem)) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

function secondStep(word: string): string {
  if (word.endsWith('alli') && hasMeasure(word.slice(0, -4))) return secondStep(word.slice(0, -2));
  const logi: Rule = ['logi', 'log', () => hasMeasure(word.slice(0, -3))];
  return apply(word, [...step2, logi]);
}

function withoutE(word: string): string {
  if (!word.endsWith('e')) return word;
  const stem = word.slice(0, -1);
  return isLong(stem) || (measure(stem) === 1 && !endsShort(stem)) ? stem : word;
}

function apply(word: string, list: readonly Rule[]): string {
  const rule = list.find(([suffix]) => word.endsWith(suffix));
  if (rule === undefined) return word;
  const [suffix, becomes, holds] = rule;
  const stem = word.slice(0, word.length - suffix.length);
  return holds === undefined || holds(stem) ? stem + becomes : word;
}

/** For each letter whether it is a consonant: neither a vowel nor a y behind a consonant. */
function consonants(word: string): boolean[] {
  const flags: boolean[] = [];
  for (const [at, letter] of [...word].entries())
    flags.push(letter === 'y' ? at === 0 || !flags[at - 1] : !vowels.includes(letter));
  return flags;
}

function isConsonant(word: string, at: number): boolean {
  return consonants(word)[at] ?? false;
}

/** How often a vowel is followed by a consonant. */
function measure(stem: string): number {
  const flags = consonants(stem);
  return flags.filter((isOne, at) => isOne && at > 0 && !flags[at - 1]).length;
}

function hasVowel(stem: string): boolean {
  return consonants(stem).includes(false);
}

function endsDouble(word: string): boolean {
  return word.length >= 2 && word.at(-1) === word.at(-2) && isConsonant(word, word.length - 1);
}

/** Ends in consonant, vowel, consonant, the last none of w, x, y; or is vowel and consonant alone. */
function endsShort(word: string): boolean {
  const flags = consonants(word);
  if (word.length === 2) return !flags[0] && flags[1] === true;
  const [a, b, c] = flags.slice(-3);
  return word.length > 2 && a === true && b === false && c === true && !/[wxy]$/.test(word);
}
