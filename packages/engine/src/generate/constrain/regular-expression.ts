import {
  type CodePoints,
  charactersOf,
  complement,
  digits,
  everyCharacter,
  notLineEnd,
  union,
  whiteSpace,
  withProperty,
  wordCharacters,
} from './code-points.ts';

/** A regular expression, read. */
export type Expression =
  | { readonly kind: 'characters'; readonly set: CodePoints }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly kind: 'choice'; readonly options: readonly Expression[] }
  | {
      readonly kind: 'repeat';
      readonly of: Expression;
      readonly least: number;
      readonly most: number;
    }
  /** `^` and `$`. */
  | { readonly kind: 'start' }
  | { readonly kind: 'end' };

/**
 * A pattern, read: the texts in which the expression is found, and in which each condition is found, or is not. The
 * conditions are what looks ahead from the beginning of the text.
 */
export type Pattern = {
  readonly expression: Expression;
  readonly conditions: readonly { readonly expression: Expression; readonly isNegated: boolean }[];
};

/** A pattern that is wrong, or beyond what is supported; the message says where. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/** Groups in groups, so that a pattern cannot use up the call stack. */
const deepestGroup = 100;
/** Characters that stand for more than themselves. */
const special = '^$\\.*+?()[]{}|';
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };
const classes: Readonly<Record<string, CodePoints>> = {
  d: digits,
  w: wordCharacters,
  s: whiteSpace,
  D: complement(digits),
  W: complement(wordCharacters),
  S: complement(whiteSpace),
};

/**
 * Reads a regular expression of ECMA-262 with the flag `u`, as JSON Schema has them: characters, `.`, classes
 * with ranges and `\d \w \s \p{…}`, groups (all alike, as nothing is captured), `|`, quantifiers (greedy or lazy
 * are alike), `^` and `$`, and look-ahead directly behind a `^` that the whole pattern begins with. Throws
 * PatternError for what a finite automaton cannot do or is not supported, and for what is no pattern, with the
 * place in characters from 0. `propertyOf` looks up what `\p{…}` names.
 */
export function parsePattern(pattern: string, propertyOf = withProperty): Pattern {
  const text = [...pattern];
  let at = 0;
  let depth = 0;

  const fail = (reason: string, place = at): never => {
    throw new PatternError(`has ${reason} at character ${place}`);
  };
  const starts = (value: string): boolean => text.slice(at, at + value.length).join('') === value;
  const take = (value: string): boolean => {
    if (!starts(value)) return false;
    at += value.length;
    return true;
  };

  const choice = (): Expression => {
    const options = [sequence()];
    while (take('|')) options.push(sequence());
    return options.length === 1 ? options[0]! : { kind: 'choice', options };
  };

  const sequence = (): Expression => {
    const parts: Expression[] = [];
    while (at < text.length && text[at] !== '|' && text[at] !== ')') parts.push(quantified());
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
  };

  const quantified = (): Expression => {
    const place = at;
    const of = atom();
    const bounds = quantifier();
    if (bounds === undefined) return of;
    if (text[place] === '^' || text[place] === '$') fail('a quantifier on an anchor', place);
    take('?');
    if ('*+?{'.includes(text[at] ?? ' ')) fail('a quantifier on a quantifier');
    return { kind: 'repeat', of, ...bounds };
  };

  const quantifier = (): { least: number; most: number } | undefined => {
    if (take('*')) return { least: 0, most: Number.POSITIVE_INFINITY };
    if (take('+')) return { least: 1, most: Number.POSITIVE_INFINITY };
    if (take('?')) return { least: 0, most: 1 };
    if (!starts('{')) return undefined;
    const end = text.indexOf('}', at);
    const inside = text.slice(at + 1, end < 0 ? at + 1 : end).join('');
    const found = /^(\d+)(?:(,)(\d*))?$/.exec(inside);
    if (found === null) return fail('a { that begins no quantifier; write \\{ for the character');
    const least = Number(found[1]);
    const last = found[3] === '' ? Number.POSITIVE_INFINITY : Number(found[3]);
    const most = found[2] === undefined ? least : last;
    if (least > most) fail('a quantifier whose numbers are out of order');
    at = end + 1;
    return { least, most };
  };

  const atom = (): Expression => {
    const character = text[at]!;
    if (take('^')) return { kind: 'start' };
    if (take('$')) return { kind: 'end' };
    if (take('.')) return { kind: 'characters', set: notLineEnd };
    if (starts('(')) return group();
    if (starts('[')) return { kind: 'characters', set: bracket() };
    if (starts('\\')) return { kind: 'characters', set: escaped('outside') };
    if ('*+?'.includes(character)) fail('a quantifier with nothing before it');
    if (special.includes(character)) fail(`an unescaped ${character}`);
    at++;
    return { kind: 'characters', set: charactersOf(character) };
  };

  const group = (): Expression => {
    const place = at;
    at++;
    if (starts('?')) {
      for (const look of ['?=', '?!', '?<=', '?<!'])
        if (starts(look)) fail(`a look-around, (${look}…), which is not supported,`, place);
      const named = /^\?<[\p{ID_Start}$_][\p{ID_Continue}$]*>/u.exec(text.slice(at).join(''))?.[0];
      if (named !== undefined) at += [...named].length;
      else if (!take('?:')) fail('a group that begins with (? and is not supported', place);
    }
    if (++depth > deepestGroup) fail(`more than ${deepestGroup} groups in each other`, place);
    const inner = choice();
    depth--;
    if (!take(')')) fail('a group that is not closed', place);
    return inner;
  };

  const bracket = (): CodePoints => {
    const place = at;
    at++;
    const isNegated = take('^');
    const sets: CodePoints[] = [];
    while (!take(']')) {
      if (at >= text.length) fail('a class that is not closed', place);
      const low = member();
      if (!starts('-') || text[at + 1] === ']' || at + 1 >= text.length) {
        sets.push(low);
        continue;
      }
      const dash = at++;
      const high = member();
      const from = only(low);
      const to = only(high);
      if (from === undefined || to === undefined || from > to) fail('a range that is none', dash);
      else sets.push(complement(complement([[from, to]])));
    }
    const all = union(...sets);
    return isNegated ? complement(all) : all;
  };

  const member = (): CodePoints =>
    starts('\\')
      ? escaped('class')
      : charactersOf(text[at++] ?? fail('a class that is not closed'));

  const escaped = (where: 'class' | 'outside'): CodePoints => {
    const place = at++;
    const character = text[at++] ?? fail('a \\ at its end', place);
    const ready = classes[character];
    if (ready !== undefined) return ready;
    const control = controls[character];
    if (control !== undefined) return [[control, control]];
    if (character === 'p' || character === 'P') return property(character, place);
    if (character === 'x' || character === 'u') return hexadecimal(character, place);
    if (character === '0' && !/\d/.test(text[at] ?? '')) return [[0, 0]];
    if (/\d/.test(character) || character === 'k')
      fail('a back reference, which is not supported,', place);
    if (character === 'b' && where === 'class') return [[8, 8]];
    if (character === 'b' || character === 'B')
      fail(`the word boundary \\${character}, which is not supported,`, place);
    if (character === 'c' && /^[a-zA-Z]$/.test(text[at] ?? '')) {
      const point = text[at++]!.charCodeAt(0) % 32;
      return [[point, point]];
    }
    if (/^\w$/.test(character)) fail(`the escape \\${character}, which is not known,`, place);
    return charactersOf(character);
  };

  const property = (letter: 'p' | 'P', place: number): CodePoints => {
    const found = /^\{([^}]*)\}/.exec(text.slice(at).join(''));
    const set = propertyOf(found?.[1] ?? '');
    if (found === null || set === undefined)
      return fail(`the property \\${letter}${found?.[0] ?? ''}, which is not known,`, place);
    at += [...found[0]].length;
    return letter === 'p' ? set : complement(set);
  };

  const hexadecimal = (letter: 'x' | 'u', place: number): CodePoints => {
    const rest = text.slice(at, at + 12).join('');
    const form = letter === 'x' ? /^([0-9a-f]{2})/i : /^(?:([0-9a-f]{4})|\{([0-9a-f]{1,8})\})/i;
    const found = form.exec(rest);
    if (found === null) return fail(`an unfinished escape \\${letter}`, place);
    at += found[0].length;
    let point = Number.parseInt(found[1] ?? found[2] ?? '', 16);
    const low = /^\\u(d[c-f][0-9a-f]{2})/i.exec(rest.slice(4));
    if (found[2] === undefined && point >= 0xd800 && point <= 0xdbff && low !== null) {
      at += low[0].length;
      point = (point - 0xd800) * 0x400 + Number.parseInt(low[1]!, 16) - 0xdc00 + 0x10000;
    }
    const isCharacter = everyCharacter.some(([from, to]) => point >= from && point <= to);
    if (!isCharacter) fail('half of a surrogate pair, or no character at all,', place);
    return [[point, point]];
  };

  /** `(?=…)` and `(?!…)` directly behind the `^` that the text begins with. */
  const aheads = (): Pattern['conditions'] => {
    const found: { expression: Expression; isNegated: boolean }[] = [];
    at = 1;
    while (starts('(?=') || starts('(?!')) {
      const place = at;
      const isNegated = starts('(?!');
      at += 3;
      const parts: Expression[] = [{ kind: 'start' }, choice()];
      if (!take(')')) fail('a group that is not closed', place);
      found.push({ expression: { kind: 'sequence', parts }, isNegated });
    }
    if (found.length === 0) at = 0;
    return found;
  };

  const conditions = starts('^') ? aheads() : [];
  const rest = conditions.length === 0 ? choice() : sequence();
  // Behind another | the conditions would hold no longer.
  if (conditions.length > 0 && starts('|'))
    fail('a look-around that not the whole pattern stands behind, which is not supported,', 1);
  if (at < text.length) fail('a ) that closes nothing');
  const expression: Expression =
    conditions.length === 0 ? rest : { kind: 'sequence', parts: [{ kind: 'start' }, rest] };
  return { expression, conditions };
}

/** The character of a set that has one. */
function only(set: CodePoints): number | undefined {
  const [first] = set;
  return set.length === 1 && first?.[0] === first?.[1] ? first?.[0] : undefined;
}
