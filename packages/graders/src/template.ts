import { GradingFault } from './fault.ts';

/** What templates may name, and nothing else. */
export type Namespaces = {
  /** The row of the data. */
  readonly item: unknown;
  /** The answer: `output_text`, `output_json` where that is JSON, and what a row brings along. */
  readonly sample: unknown;
};
type Sample = { readonly output_text: string; readonly output_json?: unknown };

/** The sample of an answer. */
export function sampleOf(output_text: string): Sample {
  try {
    return { output_text, output_json: JSON.parse(output_text) as unknown };
  } catch {
    return { output_text };
  }
}

/** Takes time by the length of the text alone, whatever stands in it; blanks around a name are cut behind it. */
const reference = /\{\{([^{}]*)\}\}/g;
const path = /^(item|sample)((?:\.[\p{L}\p{N}_$-]+|\[(?:\d+|"[^"\\]*"|'[^'\\]*')\])*)$/u;
const step = /\.([\p{L}\p{N}_$-]+)|\[(?:(\d+)|"([^"\\]*)"|'([^'\\]*)')\]/gu;

/** More than an answer and its row have; a template that names them a thousand times would fill the memory. */
const mostCharacters = 4_000_000;

/**
 * A text with every `{{ item.… }}` and `{{ sample.… }}` in it replaced: texts as they are, everything else as JSON. Only a
 * value's own members are reached. Throws GradingFault: `invalid_variable_error`, which names what is not there, and
 * `truncated_observation_error` for a text that gets too long.
 *
 * @example fillTemplate('Label: {{ item.text }}', { item: { text: 'Where is it?' }, sample: undefined });
 */
export function fillTemplate(text: string, namespaces: Namespaces): string {
  let length = text.length;
  return text.replace(reference, (_, name: string) => {
    const value = variable(name.trim(), namespaces);
    const filled = typeof value === 'string' ? value : JSON.stringify(value);
    length += filled.length;
    if (length > mostCharacters)
      throw new GradingFault(
        'truncated_observation_error',
        `A template comes to more than ${mostCharacters} characters.`,
      );
    return filled;
  });
}

/**
 * The value that a name such as `item.messages` stands for. Throws like `fillTemplate`.
 */
export function variable(name: string, namespaces: Namespaces): unknown {
  const parts = path.exec(name);
  if (parts === null)
    throw unknownVariable(name, 'only item and sample, and what is in them, can be named');
  const [, root, steps = ''] = parts;
  let value: unknown = namespaces[root as keyof Namespaces];
  for (const [, member, index, quoted, single] of steps.matchAll(step)) {
    const key = member ?? index ?? quoted ?? single ?? '';
    if (!isMember(value, key)) throw unknownVariable(name, `there is no ${JSON.stringify(key)}`);
    value = value[key];
  }
  if (value === undefined) throw unknownVariable(name, 'it has no value');
  return value;
}

/** Of a list only its elements are members. */
function isMember(value: unknown, key: string): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, key) && !(Array.isArray(value) && key === 'length');
}

function unknownVariable(name: string, reason: string): GradingFault {
  return new GradingFault('invalid_variable_error', `{{ ${name} }} cannot be filled: ${reason}.`);
}

/** What a text names, each as the parts of its name; names that can never be filled are left out. */
export function namesIn(text: string): string[][] {
  return [...text.matchAll(reference)].flatMap(([, name = '']) => {
    const [, root, steps = ''] = path.exec(name.trim()) ?? [];
    if (root === undefined) return [];
    const keys = [...steps.matchAll(step)].map(
      ([, member, index, quoted, single]) => member ?? index ?? quoted ?? single ?? '',
    );
    return [[root, ...keys]];
  });
}

/**
 * Checks the names in a text before there is a row: all of them, or of those in item alone where there is no answer yet.
 * Throws GradingFault (`invalid_variable_error`).
 */
export function checkTemplate(text: string, { hasSample = true } = {}): void {
  for (const [, inner = ''] of text.matchAll(reference)) {
    const name = inner.trim();
    if (!path.test(name))
      throw unknownVariable(name, 'only item and sample, and what is in them, can be named');
    if (!hasSample && name.startsWith('sample'))
      throw unknownVariable(name, 'there is no answer yet, only item can be named');
  }
}
