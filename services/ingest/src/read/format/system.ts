import { isObject, warn } from '../../check/validate-message.ts';
import type { Reading } from '../../lesson/lesson.ts';
import { cellOf, columnOf, type Place, type Row } from './format.ts';
import { isNothing, isText, unpacked } from './said.ts';
import type { Spoken } from './turns.ts';

/** Whether a value can be what a system says: a text, its parts, or an object with these, as Gemini has it. */
export function isSystem(value: unknown): boolean {
  return isText(value) || Array.isArray(contentOf(value));
}

/** What a system says as the content of a message. */
function contentOf(value: unknown): unknown {
  const parts = unpacked(value);
  return isObject(parts) && 'parts' in parts ? unpacked(parts.parts) : parts;
}

/** Messages with what a column has the system say before them. Where they begin with that themselves, the column is left out, and said so. */
export function withSystem(row: Row, reading: Reading, spoken: Spoken): Spoken {
  const name = columnOf(reading.columns, 'system') ?? 'system';
  const said = cellOf(row, reading, 'system');
  const content = contentOf(said);
  if (isNothing(content)) return spoken;
  const [first] = spoken.messages;
  if (isObject(first) && (first.role === 'system' || first.role === 'developer')) {
    const messages = columnOf(reading.columns, 'messages') ?? 'messages';
    const message = `${name} is not used, since ${messages} says what the system says`;
    if (JSON.stringify(first.content) !== JSON.stringify(content))
      warn((issue) => spoken.issues.push(issue), name, 'unused-system', message);
    return spoken;
  }
  const place = isObject(said) ? `${name}.parts` : name;
  const moved = spoken.places.map(
    ([made, source]): Place => [made.replace(/\d+/, (at) => String(Number(at) + 1)), source],
  );
  return {
    messages: [{ role: 'system', content }, ...spoken.messages],
    places: [['messages[0]', name], ['messages[0].content', place], ...moved],
    issues: spoken.issues,
  };
}
