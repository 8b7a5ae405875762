export type Vars = Readonly<Record<string, unknown>>;

const plainName = /\{\{-?\s*([\p{L}_$][\p{L}\p{N}_$]*(?:\.[\p{L}_$][\p{L}\p{N}_$]*)*)\s*-?\}\}/gu;

/** Whether a text has more of the template language than names of variables: filters, blocks, trimmed spaces. */
export function isBeyondNames(text: string): boolean {
  return /\{\{|\{%|\{#/.test(text.replace(/\{\{-|-\}\}/g, '{%').replace(plainName, ''));
}

/** The first parts of all names in a text. */
export function namesIn(text: string): string[] {
  return [...text.matchAll(plainName)].map(([, name = '']) => name.split('.')[0] ?? '');
}

/** The text as a template of ours, which finds the variables in `item.vars`. */
export function toOurTemplate(text: string): string {
  return text.replace(plainName, (_, name: string) => `{{ item.vars.${name} }}`);
}

/** The text with its names filled in; a name without a value is nothing, as in promptfoo. */
export function fillNames(text: string, vars: Vars): string {
  return text.replace(plainName, (_, name: string) => {
    let value: unknown = vars;
    for (const part of name.split('.'))
      value =
        typeof value === 'object' && value !== null && Object.hasOwn(value, part)
          ? (value as Vars)[part]
          : undefined;
    if (value === undefined || value === null) return '';
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  });
}
