/**
 * A regular expression of Python's `re` as JavaScript has it, source and flags; undefined for one with what only Python knows. Inline flags
 * at its beginning become flags, `(?P<name>…)` loses its P, `\A` and `\Z` are the ends, and a `$` also stands before a last line end.
 */
export function fromPythonRegex(
  pattern: string,
): { readonly source: string; readonly flags: string } | undefined {
  const inline = /^\(\?([a-zA-Z]+)\)/.exec(pattern);
  const given = inline?.[1] ?? '';
  if (/[^imsu]/.test(given)) return undefined;
  const isMultiline = given.includes('m');
  let source = '';
  let inClass = false;
  for (let at = inline?.[0].length ?? 0; at < pattern.length; at++) {
    const rest = pattern.slice(at);
    const character = pattern.charAt(at);
    if (character === '\\') {
      const next = pattern.charAt(at + 1);
      at++;
      if (!inClass && next === 'A') source += '(?<![\\s\\S])';
      else if (!inClass && next === 'Z') source += '(?![\\s\\S])';
      else source += `\\${next}`;
    } else if (inClass || character === '[') {
      inClass = character !== ']';
      source += character;
    } else if (rest.startsWith('(?P<')) {
      source += '(?<';
      at += 3;
    } else if (/^\(\?(?:P[=>]|#|[a-zA-Z-]+[:)]|\()/.test(rest)) return undefined;
    else source += character === '$' && !isMultiline ? '(?=\\n?$)' : character;
  }
  const flags = [...'ims'].filter((flag) => given.includes(flag)).join('');
  try {
    return new RegExp(source, flags) instanceof RegExp ? { source, flags } : undefined;
  } catch {
    return undefined;
  }
}
