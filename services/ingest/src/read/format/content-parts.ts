import { isObject } from '../../check/validate-message.ts';
import { isNothing, isText, unpacked } from './said.ts';

/** Keys beside a part's text that change nothing in what it says. */
const besideText: ReadonlySet<string> = new Set(['text', 'thoughtSignature', 'cache_control']);

/**
 * Parts of a content in OpenAI's form: `{text}` alone, as Gemini and Bedrock have it, gets its type. Parts of other kinds are as they
 * are, and refused as no text where rows are checked.
 */
export function inTypedParts(content: unknown): unknown {
  if (!Array.isArray(content) || !content.some(isBareText)) return content;
  return content.map((part: unknown) =>
    isBareText(part) ? { type: 'text', text: (part as { text: string }).text } : part,
  );
}

function isBareText(part: unknown): boolean {
  return (
    isObject(part) &&
    isText(part.text) &&
    Object.keys(part).every((key) => besideText.has(key) || isNothing(part[key]))
  );
}

/** Whether a value can be what a system says: a text, its parts, or an object with these, as Gemini has it. */
export function isSystem(value: unknown): boolean {
  return isText(value) || Array.isArray(partsIn(value));
}

/** What a system says as the content of a message. */
export function systemContent(value: unknown): unknown {
  return inTypedParts(partsIn(value));
}

function partsIn(value: unknown): unknown {
  const parts = unpacked(value);
  return isObject(parts) && 'parts' in parts ? unpacked(parts.parts) : parts;
}
