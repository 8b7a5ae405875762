/** A piece of a page that is right as it is. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | null | undefined | false | readonly Part[];

/** A piece of a page; all that is put into it is escaped, but for pieces of pages. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(
    texts.map((text, i) => text + (i < parts.length ? written(parts[i]) : '')).join(''),
  );
}

function written(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(written).join('');
  return escaped(String(part));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What cannot be seen, or changes the direction in which all that follows is read: it is named instead. */
const unseen = /(?![\t\n\u200d])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(unseen, (char) => `‹${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}›`)
    .replace(/[&<>"']/g, (char) => entities[char] ?? char);
}

/** A cell of a table of class `cards`: beside its value its column's name, which narrow screens show in place of the head. */
export function cell(column: string, value: Part, kind: 'n' | 'say' | '' = 'n'): Html {
  return html`<td class="${kind}"><span class="label">${column}</span><div>${value}</div></td>`;
}

/** A number with its thousands apart: `1,234,567`. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** So many of something in words: `1 row`, `2,000 rows`. */
export function counted(count: number, one: string): string {
  return `${grouped(count)} ${count === 1 ? one : `${one}s`}`;
}

/** A share as `12.3 %`; what is not none is never shown as none. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '–';
  const share = (100 * part) / whole;
  if (share > 0 && share < 0.1) return '< 0.1 %';
  return `${Number.isInteger(share) ? share : share.toFixed(1)} %`;
}
