import { Markup, type Value } from '../value/value.ts';
import { toText } from './print.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

/** The value's text with HTML's special characters escaped, unless it is marked as safe already. */
export function escapeMarkup(value: Value): string {
  if (value instanceof Markup) return value.text;
  return toText(value).replace(/[&<>"']/g, (character) => entities[character]!);
}
