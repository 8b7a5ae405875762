import { common, countsOf, runsOf, splitBlanks } from './words.ts';

/** Longest runs of words that are counted. */
const order = 4;

/** What BLEU of many texts is made of; such counts are added up: words of the prediction, of the closest reference, then for each length of runs those that are right, and all. */
export type BleuCounts = readonly number[];

/** How a text is cut into words: as mteval-v13a.pl does, or where it has blanks. */
type Words = '13a' | 'none';

/** sacreBLEU's signature of what is computed here, which stands beside every figure. */
export const bleuSignature = (references: number, words: Words = '13a'): string =>
  `nrefs:${references}|case:mixed|eff:no|tok:${words}|smooth:exp`;

/** The words of a text as mteval-v13a.pl cuts them. */
export function tokenize13a(text: string): string[] {
  const plain = text
    .trimEnd()
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  const cut = ` ${plain} `
    .replaceAll(/([{-~[-` -&(-+:-@/])/g, ' $1 ')
    .replaceAll(/([^0-9])([.,])/gu, '$1 $2 ')
    .replaceAll(/([.,])([^0-9])/gu, ' $1 $2')
    .replaceAll(/([0-9])(-)/g, '$1 $2 ');
  return splitBlanks(cut);
}

/** The counts of one text against its references, of which there is at least one. */
export function bleuCounts(
  references: readonly string[],
  predicted: string,
  words: Words = '13a',
): BleuCounts {
  const cut = words === '13a' ? tokenize13a : splitBlanks;
  const given = cut(predicted);
  const wanted = references.map(cut);
  const closest = wanted
    .map(({ length }) => length)
    .sort((a, b) => Math.abs(a - given.length) - Math.abs(b - given.length) || a - b)[0];
  if (closest === undefined)
    throw new RangeError('a text is scored against at least one reference');
  const [right, all]: [number[], number[]] = [[], []];
  for (let n = 1; n <= order; n++) {
    const most = new Map<string, number>();
    for (const each of wanted)
      for (const [run, count] of countsOf(runsOf(each, n, ' ')))
        most.set(run, Math.max(count, most.get(run) ?? 0));
    const runs = runsOf(given, n, ' ');
    right.push(common(countsOf(runs), most));
    all.push(runs.length);
  }
  return [given.length, closest, ...right, ...all];
}

/**
 * BLEU, of 100, from counts that were added up: sacreBLEU 2.6's, smoothed exponentially. With `isSentence` lengths of runs that
 * the text is too short for do not count (`effective_order`).
 *
 * @example bleu(bleuCounts(['The fox jumps over the dog.'], 'The fox jumped over the dog.'), { isSentence: true });
 */
export function bleu(
  counts: BleuCounts,
  { isSentence = false }: { readonly isSentence?: boolean } = {},
): number {
  const [given = 0, wanted = 0] = counts;
  const right = counts.slice(2, 2 + order);
  const all = counts.slice(2 + order);
  if (!right.some((count) => count > 0)) return 0;
  let [logs, orders, smooth] = [0, order, 1];
  for (let n = 1; n <= order; n++) {
    const total = all[n - 1] as number;
    // A length of runs that nothing has brings the whole to 0, unless it is left out.
    if (total === 0) return isSentence ? brevity() * Math.exp(logs / orders) : 0;
    if (isSentence) orders = n;
    const hits = right[n - 1] as number;
    if (hits === 0) smooth *= 2;
    logs += Math.log((100 * (hits === 0 ? 1 / smooth : hits)) / total);
  }
  return brevity() * Math.exp(logs / orders);

  function brevity(): number {
    return given < wanted ? Math.exp(1 - wanted / given) : 1;
  }
}
