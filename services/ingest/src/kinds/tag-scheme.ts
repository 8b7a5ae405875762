import { schemeTag } from '@lathe/tokenizer/label-order';
import { quoted, type Report, warn } from '../check/validate-message.ts';

/** Places in a span that another word of it must stand before. */
const inside = ['I', 'E', 'L'];

/** Reports tags that go on with a span that none has begun, and those that are of no scheme beside others that are. */
export function checkScheme(tags: readonly string[], name: string, report: Report): void {
  const parts = tags.map(schemeTag);
  if (parts.every((part) => part === undefined)) return;
  for (const [at, part] of parts.entries()) {
    const tag = tags[at] as string;
    const place = `${name}[${at}]`;
    if (part === undefined) {
      if (tag !== 'O')
        warn(report, place, 'tag-scheme', `${place} is ${quoted(tag)}, unlike tags such as B-PER`);
      continue;
    }
    if (!inside.includes(part.place) || parts[at - 1]?.type === part.type) continue;
    const before = at === 0 ? 'at the beginning' : `after ${quoted(tags[at - 1] as string)}`;
    warn(
      report,
      place,
      'tag-scheme',
      `${place} is ${quoted(tag)} ${before}, where nothing of the type has begun`,
    );
  }
}

/** Types of the spans that begin among the tags of a row, each as often as there are; of tags without a scheme each but `O`. */
export function spanTypes(tags: readonly string[]): string[] {
  return tags.flatMap((tag, at) => {
    const part = schemeTag(tag);
    if (part === undefined) return tag === 'O' ? [] : [tag];
    const before = schemeTag(tags[at - 1] ?? 'O');
    const goesOn = inside.includes(part.place) && before?.type === part.type;
    return goesOn ? [] : [part.type];
  });
}
