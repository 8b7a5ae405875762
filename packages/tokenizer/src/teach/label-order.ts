/** A tag of a scheme: where in a span its word stands, and of what type the span is. */
type SchemeTag = { readonly place: string; readonly type: string };

/**
 * The tag's parts where it has the form of IOB and IOBES, such as `B-PER`; undefined for `O` and for tags of another kind.
 * @example schemeTag('B-PER')?.type; // PER
 */
export function schemeTag(tag: string): SchemeTag | undefined {
  const [, place, type] = /^([BIESLU])-(.+)$/su.exec(tag) ?? [];
  return place === undefined || type === undefined ? undefined : { place, type };
}

/**
 * Labels in the order of their scores: numbers by size, others by their characters.
 */
export function labelsInOrder(labels: readonly string[]): string[] {
  const areNumbers = labels.every((label) => /^-?\d{1,15}$/.test(label));
  if (areNumbers) return labels.toSorted((a, b) => Number(a) - Number(b));
  return labels.toSorted();
}

/**
 * Tags in the order of their scores: `O`, then each type's, `B-` before `I-`. Where spans begin with `B-` every type has both, for
 * rows to come may go on with what these only begin.
 */
export function tagsInOrder(tags: readonly string[]): string[] {
  const all = new Set(tags);
  const parts = tags.map(schemeTag);
  const isIob = parts.every((part) => part === undefined || 'BI'.includes(part.place));
  if (isIob && parts.some((part) => part?.place === 'B'))
    for (const part of parts)
      if (part !== undefined) {
        all.add(`B-${part.type}`);
        all.add(`I-${part.type}`);
      }
  const key = (tag: string): string => {
    const part = schemeTag(tag);
    return part === undefined ? tag : `${part.type}\u0000${'BIESLU'.indexOf(part.place)}`;
  };
  return [...all].sort((a, b) => {
    if (a === 'O' || b === 'O') return a === 'O' ? -1 : 1;
    return key(a) < key(b) ? -1 : 1;
  });
}
