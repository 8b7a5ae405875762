import type { TagScheme } from '../../lesson/lesson.ts';

const parts = /^([BIESLUM])-(.+)$/su;

/**
 * The scheme of tags, a list for each row: `iobes` where some end spans or are whole ones (S-, E-, and U-, L-, M- as BILOU and BMES
 * call them), `iob1` where B- stands only between two spans of one type; undefined where they are IOB2 or none.
 */
export function schemeOf(rows: readonly (readonly string[])[]): TagScheme | undefined {
  const all = rows.flat().map((tag) => parts.exec(tag)?.[1]);
  if (all.some((place) => place !== undefined && 'ESLUM'.includes(place))) return 'iobes';
  const begin = (tag: string, before: string | undefined): boolean =>
    tag.startsWith('I-') && typeOf(before) !== typeOf(tag);
  const parted = (tag: string, before: string | undefined): boolean =>
    !tag.startsWith('B-') || typeOf(before) === typeOf(tag);
  const each = rows.flatMap((tags) => tags.map((tag, at) => [tag, tags[at - 1]] as const));
  const isIob1 = each.some((pair) => begin(...pair)) && each.every((pair) => parted(...pair));
  return isIob1 ? 'iob1' : undefined;
}

/** The tags in IOB2: each span begins with B-, and goes on with I-. */
export function inIob2(tags: readonly string[], scheme: TagScheme): string[] {
  return tags.map((tag, at) => {
    const [, place, type] = parts.exec(tag) ?? [];
    if (place === undefined || type === undefined) return tag;
    if (scheme === 'iobes') return `${'BSU'.includes(place) ? 'B' : 'I'}-${type}`;
    return place === 'I' && typeOf(tags[at - 1]) !== type ? `B-${type}` : tag;
  });
}

function typeOf(tag: string | undefined): string | undefined {
  return tag === undefined ? undefined : parts.exec(tag)?.[2];
}
