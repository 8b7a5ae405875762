/**
 * `{% generation %} … {% endgeneration %}` marks what the assistant writes (transformers' extension of
 * Jinja). The Jinja library drops the tags, so here each becomes an expression that prints a sentinel.
 */
const tag = /\{%([-+]?)\s*(end)?generation\s*([-+]?)%\}/g;

/** Names of the template variables that hold the sentinels of one rendering. */
export const markNames = { open: 'lathe_answer_open', close: 'lathe_answer_close' };

export function hasGenerationTags(template: string): boolean {
  return template.search(tag) >= 0;
}

/**
 * Replaces each tag by two statements without effect around the printed sentinel: Jinja strips blanks and
 * line ends next to statements, not next to expressions, so the text around stays what it would be.
 */
export function markGenerationTags(template: string): string {
  return template.replace(tag, (_, before: string, end: string | undefined, after: string) => {
    const name = end === undefined ? markNames.open : markNames.close;
    return `{%${before} set lathe_edge = 0 %}{{ ${name} }}{% set lathe_edge = 0 ${after}%}`;
  });
}
