import type { Arguments } from './arguments.ts';
import { Callable } from './callable.ts';
import { Undecided } from './unknown-texts.ts';
import { Said, Tuple, type Value } from './value.ts';

/** Texts one after another, some of which are not known. */
export function saidJoined(values: readonly Value[]): Said {
  let text = '';
  let unknown: Said['unknown'] | undefined;
  for (const value of values) {
    if (value instanceof Said) unknown = value.unknown;
    else if (typeof value !== 'string') throw new Undecided('what is added to a text');
    text += value instanceof Said ? value.text : value;
  }
  if (unknown === undefined) throw new TypeError('all of these texts are known');
  return new Said(text, unknown);
}

/** Whether a text that is not known holds another: it is taken for granted that it does not. */
export function saidHolds(said: Said, part: Value): boolean {
  lack(said, part);
  return false;
}

/** A method of a text of which some is not known. */
export function saidMethod(said: Said, name: string): Callable {
  const method = methods.get(name);
  if (method === undefined) throw new Undecided(`"${name}"`);
  return new Callable(name, (_, { positional, named }) => {
    if (named.size > 0) throw new Undecided(`"${name}"`);
    return method(said, positional);
  });
}

/** What a filter makes of a text of which some is not known. */
export function saidFilter(name: string, { positional, named }: Arguments): Value {
  const [said, ...more] = positional as [Said, ...Value[]];
  const isBare = more.length === 0 && named.size === 0;
  if (name === 'trim' && isBare) return stripped(said, 'both', []);
  if ((name === 'string' && isBare) || name === 'default' || name === 'd') return said;
  throw new Undecided(`the filter "${name}"`);
}

const always: ReadonlySet<string> = new Set(['defined', 'string', 'sequence', 'iterable']);
const never: ReadonlySet<string> = new Set(
  'undefined none boolean false true integer float number mapping callable escaped'.split(' '),
);

/** The answer of a test that a text gives whatever it says; undefined for other tests. */
export function saidTest(name: string): boolean | undefined {
  if (always.has(name)) return true;
  return never.has(name) ? false : undefined;
}

type Method = (said: Said, given: readonly Value[]) => Value;

const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['strip', (said, given) => stripped(said, 'both', given)],
  ['lstrip', (said, given) => stripped(said, 'left', given)],
  ['rstrip', (said, given) => stripped(said, 'right', given)],
  ['startswith', lacksAny],
  ['endswith', lacksAny],
  [
    'split',
    (said, given) => {
      lack(said, given[0]);
      return [said];
    },
  ],
  [
    'replace',
    (said, given) => {
      lack(said, given[0]);
      if (typeof given[1] !== 'string') throw new Undecided('what is replaced');
      return said;
    },
  ],
]);

function lacksAny(said: Said, [wanted, ...more]: readonly Value[]): boolean {
  if (more.length > 0) throw new Undecided('a part of a text');
  for (const part of wanted instanceof Tuple ? wanted.items : [wanted]) lack(said, part);
  return false;
}

/** Only of a text that is not known at all: in others a part can stand where it meets what is known. */
function lack(said: Said, part: Value | undefined): void {
  if (typeof part !== 'string' || said.text.length > 1)
    throw new Undecided('what stands in a text');
  said.unknown.lack(part);
}

function stripped(
  { text, unknown }: Said,
  ends: 'both' | 'left' | 'right',
  [of = null, ...more]: readonly Value[],
): Said {
  if (more.length > 0 || (of !== null && typeof of !== 'string'))
    throw new Undecided('what is stripped');
  return new Said(unknown.strip(text, of, ends), unknown);
}
