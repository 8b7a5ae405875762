/**
 * The first key that occurs twice in one object of a JSON text, or undefined.
 * `JSON.parse` keeps the last silently, and safetensors forbids duplicates. `text` must be valid JSON.
 */
export function findDuplicateKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = []; // one entry a nesting level; undefined for an array
  const token = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const symbol = match[0];
    if (symbol === '{') open.push(new Set());
    else if (symbol === '[') open.push(undefined);
    else if (symbol === '}' || symbol === ']') open.pop();
    else {
      const keys = open.at(-1);
      if (keys === undefined || !isKey(text, token.lastIndex)) continue;
      const key: string = JSON.parse(symbol);
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

function isKey(text: string, end: number): boolean {
  let i = end;
  while (text[i] === ' ' || text[i] === '\n' || text[i] === '\r' || text[i] === '\t') i++;
  return text[i] === ':';
}
