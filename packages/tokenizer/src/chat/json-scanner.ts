/** Follows the brackets of a JSON value that begins with one. */
export type JsonScanner = {
  /** Reads on; returns where the value ends in this piece, undefined while it goes on. */
  push(text: string): number | undefined;
};

/** A scanner for a value of which `before` was read already. */
export function createJsonScanner(before = ''): JsonScanner {
  let depth = 0;
  let isString = false;
  let isEscaped = false;
  const push = (text: string): number | undefined => {
    for (let at = 0; at < text.length; at++) {
      const unit = text[at];
      if (isEscaped) isEscaped = false;
      else if (isString) {
        if (unit === '\\') isEscaped = true;
        else if (unit === '"') isString = false;
      } else if (unit === '"') isString = true;
      else if (unit === '{' || unit === '[') depth++;
      else if ((unit === '}' || unit === ']') && --depth <= 0) return at + 1;
    }
    return undefined;
  };
  push(before);
  return { push };
}
