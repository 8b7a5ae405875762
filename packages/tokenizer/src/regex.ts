import { otherCases } from './any-case.ts';
import { TokenizerError } from './error.ts';

/** Escapes whose meaning differs between Oniguruma (Unicode) and JavaScript, and what to write instead. */
const classEscapes: Readonly<Record<string, string>> = {
  s: '\\p{White_Space}', // JavaScript's \s has U+FEFF and lacks U+0085
  S: '\\P{White_Space}',
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  r: '\\r',
  n: '\\n',
  t: '\\t',
  f: '\\f',
  v: '\\v',
};
const groupOpenings = /\((?:\?(?::|=|!|<=|<!|i:))?/y;
const quantifier = /[*+?]|\{\d+(?:,\d*)?\}/y;

/**
 * Translates a pattern of tokenizer.json (Oniguruma syntax) into a global Unicode RegExp with the same
 * matches. Throws TokenizerError naming the construct that has no exact counterpart.
 */
export function translatePattern(source: string, pattern: string): RegExp {
  const refuse = (what: string): never => {
    throw new TokenizerError(
      source,
      `the pattern ${JSON.stringify(pattern)} uses ${what}, which is not supported`,
    );
  };
  const compile = (text: string, flags: string): RegExp => {
    try {
      return new RegExp(text, flags);
    } catch (error) {
      return refuse(`syntax that JavaScript rejects (${(error as Error).message})`);
    }
  };
  const anyCase = (inner: string) => inner + otherCases(compile(`[${inner}]`, 'giu'));
  let out = '';
  let isClass = false;
  /** Where the inner text of the last class begins in `out`. */
  let classAt = 0;
  /** For each open group, and the whole, whether case is ignored in it. */
  const anyCases = [false];
  const isAnyCase = () => anyCases.at(-1) === true;
  for (let i = 0; i < pattern.length; ) {
    const character = String.fromCodePoint(pattern.codePointAt(i) as number);
    if (character === '\\') {
      const [text, length] = translateEscape(pattern.slice(i), refuse);
      out += isAnyCase() && !isClass ? `[${anyCase(text)}]` : text;
      i += length;
    } else if (isClass) {
      if (character === '[') refuse('a nested character class');
      if (pattern.startsWith('&&', i)) refuse('a class intersection (&&)');
      if (character === ']') {
        isClass = false;
        if (isAnyCase()) out = out.slice(0, classAt) + anyCase(out.slice(classAt));
      }
      out += character;
      i += character.length;
    } else if (character === '[') {
      const opening = pattern.startsWith('[^', i) ? '[^' : '[';
      if (pattern.charAt(i + opening.length) === ']')
        refuse('an unescaped "]" at the start of a class');
      isClass = true;
      out += opening;
      classAt = out.length;
      i += opening.length;
    } else if (character === '(') {
      groupOpenings.lastIndex = i;
      const opening = groupOpenings.exec(pattern)?.[0] ?? '(';
      if (opening === '(' && pattern.charAt(i + 1) === '?')
        refuse(`the group ${pattern.slice(i, i + 4)}`);
      anyCases.push(opening === '(?i:' || isAnyCase());
      out += opening === '(' || opening === '(?i:' ? '(?:' : opening;
      i += opening.length;
    } else if (character === '^' || character === '$') {
      refuse(`the anchor ${character}`);
    } else {
      quantifier.lastIndex = i;
      const repeat = quantifier.exec(pattern)?.[0];
      const length = repeat?.length ?? character.length;
      if (repeat !== undefined && pattern.charAt(i + length) === '+')
        refuse('a possessive quantifier');
      if (character === ')') anyCases.pop();
      if (character === '.') out += '[^\\n]';
      else if (isAnyCase() && repeat === undefined && !/[()|]/.test(character))
        out += `[${anyCase(character)}]`;
      else out += pattern.slice(i, i + length);
      i += length;
    }
  }
  return compile(out, 'gu');
}

/** The JavaScript text of the escape that `rest` starts with, and how many characters it took. */
function translateEscape(
  rest: string,
  refuse: (what: string) => never,
): [text: string, length: number] {
  const property = /^\\([pP])\{(\^?)([A-Za-z_]+)\}/.exec(rest);
  if (property !== null) {
    const [all, letter, negation, name] = property as unknown as [string, string, string, string];
    const isNegated = (letter === 'P') !== (negation === '^');
    return [translateProperty(name, isNegated ? 'P' : 'p', refuse), all.length];
  }
  const code = /^\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|x\{([0-9a-fA-F]+)\})/.exec(rest);
  if (code !== null) return [`\\u{${code[1] ?? code[2] ?? code[3]}}`, code[0].length];
  const character = rest.charAt(1);
  const known = classEscapes[character];
  if (known !== undefined) return [known, 2];
  if (character === '' || /[A-Za-z0-9]/.test(character)) return refuse(`the escape \\${character}`);
  return [/[\^$\\.*+?()[\]{}|/-]/.test(character) ? escapePunctuation(character) : character, 2];
}

/** `\-` is an error outside a class in Unicode mode, so punctuation is written by its code. */
function escapePunctuation(character: string): string {
  return `\\u{${character.charCodeAt(0).toString(16)}}`;
}

function translateProperty(name: string, letter: string, refuse: (what: string) => never): string {
  for (const form of [name, `Script=${name}`]) {
    const text = `\\${letter}{${form}}`;
    try {
      new RegExp(text, 'u');
      return text;
    } catch {
      // Not a general category or binary property: Oniguruma names scripts without a prefix.
    }
  }
  return refuse(`the property ${name}`);
}

/** What a `pattern` field matches; the error of a wrong expression names the file. */
export function patternExpression(
  source: string,
  pattern: { readonly Regex: string } | { readonly String: string },
): RegExp {
  if ('Regex' in pattern) return translatePattern(source, pattern.Regex);
  return new RegExp(RegExp.escape(pattern.String), 'gu');
}
