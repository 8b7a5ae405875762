/** Levels of objects and lists inside each other that a file may have: recursive readers would run out of stack. */
export const deepest = 100;

/** How deep objects and lists lie inside each other in a JSON text. `text` must be valid JSON. */
export function nestingDepth(text: string): number {
  let depth = 0;
  let most = 0;
  eachSymbol(text, (symbol) => {
    if (symbol === '{' || symbol === '[') most = Math.max(most, ++depth);
    else if (symbol === '}' || symbol === ']') depth--;
  });
  return most;
}

/**
 * The first key that occurs twice in one object of a JSON text, or undefined.
 * `JSON.parse` keeps the last silently, and safetensors forbids duplicates. `text` must be valid JSON.
 */
export function findDuplicateKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = []; // one entry a nesting level; undefined for an array
  let found: string | undefined;
  eachSymbol(text, (symbol, start, end) => {
    if (symbol === '{') open.push(new Set());
    else if (symbol === '[') open.push(undefined);
    else if (symbol === '}' || symbol === ']') open.pop();
    else {
      const keys = open.at(-1);
      if (found !== undefined || keys === undefined || !isKey(text, end)) return;
      const key: string = JSON.parse(text.slice(start, end));
      if (keys.has(key)) found = key;
      keys.add(key);
    }
  });
  return found;
}

/** Visits every bracket, and every string by its opening quote with the place after its closing one. */
function eachSymbol(
  text: string,
  visit: (symbol: string, start: number, end: number) => void,
): void {
  const symbols = /["{}[\]]/g;
  for (let match = symbols.exec(text); match !== null; match = symbols.exec(text)) {
    // No regular expression for whole strings: on a long one it runs out of stack.
    if (match[0] === '"') symbols.lastIndex = stringEnd(text, match.index);
    visit(match[0], match.index, symbols.lastIndex);
  }
}

/** The place after the closing quote: the first one behind an even number of backslashes. */
function stringEnd(text: string, start: number): number {
  for (let from = start + 1; ; ) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return text.length;
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}

function isKey(text: string, end: number): boolean {
  let i = end;
  while (text[i] === ' ' || text[i] === '\n' || text[i] === '\r' || text[i] === '\t') i++;
  return text[i] === ':';
}
