import { areEqual, isDict, isList, type PythonValue } from './python-json.ts';
import { argumentsOf, type Call, type CallOutcome } from './tool-calls.ts';

type Dict = { readonly [key: string]: PythonValue };

/** A function as BFCL describes it; types have Python's names. */
export type BfclFunction = {
  readonly name: string;
  readonly parameters: {
    readonly properties: {
      readonly [name: string]: {
        readonly type: string;
        readonly items?: { readonly type: string };
      };
    };
    readonly required: readonly string[];
  };
};

/** One call that is right: by its name, for each parameter the values that it may have; `""`: it may be left out. */
export type BfclAnswer = {
  readonly [name: string]: { readonly [parameter: string]: readonly PythonValue[] };
};

const typeNames: Readonly<Record<string, string>> = {
  string: 'str',
  integer: 'int',
  float: 'float',
  boolean: 'bool',
  array: 'list',
  tuple: 'list',
  dict: 'dict',
  any: 'str',
};

/**
 * The calls of an answer against the possible ones, by the rules of the Berkeley Function Calling Leaderboard (its
 * `ast_checker` for Python, categories simple, multiple and parallel): as many calls, each possible one met by another;
 * all required parameters and none that is not described; types as described, where a whole number may stand for a
 * float and a variable for anything; one of the possible values, texts but for case, blanks and `,./-_*^`, and what may
 * not be left out there. `functions` are all that were offered. Without possible calls none is right (irrelevance).
 *
 * @example judgeBfcl([{ name: 'f', arguments: '{"x": 1}' }], [{ f: { x: [1n] } }], [{ name: 'f', parameters: { properties: { x: { type: 'integer' } }, required: ['x'] } }]); // 'right'
 */
export function judgeBfcl(
  given: readonly Call[],
  possible: readonly BfclAnswer[],
  functions: readonly BfclFunction[],
): CallOutcome {
  if (possible.length === 0) return given.length === 0 ? 'right' : 'unwanted call';
  if (given.length === 0) return 'no call';
  const names = possible.flatMap((answer) => Object.keys(answer));
  const isNamed =
    names.toSorted().join() ===
    given
      .map(({ name }) => name)
      .toSorted()
      .join();
  if (!isNamed) return 'wrong name';
  const left = [...given];
  for (const answer of possible) {
    const [name = '', values = {}] = Object.entries(answer)[0] ?? [];
    const described = functions.find((each) => each.name === name);
    const at = left.findIndex((call) => {
      const told = argumentsOf(call);
      return (
        call.name === name &&
        isDict(told) &&
        described !== undefined &&
        isPossible(told, values, described)
      );
    });
    if (at < 0) return 'wrong arguments';
    left.splice(at, 1);
  }
  return 'right';
}

function isPossible(
  told: Dict,
  values: BfclAnswer[string],
  { parameters: { properties, required } }: BfclFunction,
): boolean {
  if (required.some((name) => !Object.hasOwn(told, name))) return false;
  for (const [name, value] of Object.entries(told)) {
    if (!Object.hasOwn(properties, name) || !Object.hasOwn(values, name)) return false;
    const described = properties[name] as { type: string; items?: { type: string } };
    if (!isPossibleValue(value, values[name] as readonly PythonValue[], described)) return false;
  }
  return Object.entries(values).every(
    ([name, possible]) => Object.hasOwn(told, name) || possible.includes(''),
  );
}

function isPossibleValue(
  written: PythonValue,
  possible: readonly PythonValue[],
  { type, items }: { readonly type: string; readonly items?: { readonly type: string } },
): boolean {
  const wanted = typeNames[type];
  const value = type === 'float' && typeof written === 'bigint' ? Number(written) : written;
  const nested = type === 'array' || type === 'tuple' ? typeNames[items?.type ?? ''] : undefined;
  const kind = kindOf(value, possible, { wanted, nested });
  if (kind === undefined) return false;
  if (kind === 'literal') {
    if (wanted === 'dict') return isDict(value) && isOneDict(value, possible);
    if (wanted === 'list' && nested === 'dict')
      return isList(value) && possible.some((each) => isList(each) && areDicts(value, each));
    if (wanted === 'str' || wanted === 'list')
      return possible.some((each) => areEqual(plain(value), plain(each)));
  }
  return possible.some((each) => areEqual(value, each));
}

/** Whether a value has its type: as a value, or as a variable, which has the type of the possible values. */
function kindOf(
  value: PythonValue,
  possible: readonly PythonValue[],
  { wanted, nested }: { readonly wanted: string | undefined; readonly nested: string | undefined },
): 'literal' | 'variable' | undefined {
  const first = possible.find((each) => each !== '');
  const usual = first === undefined ? undefined : typeOf(first);
  const kind = usual !== undefined && usual !== wanted ? 'variable' : 'literal';
  if (typeOf(value) === wanted) {
    if (nested === undefined || !isList(value)) return kind;
    const fits = possible.some(
      (each) =>
        !isList(each) ||
        value.every(
          (item) => kindOf(item, each, { wanted: nested, nested: undefined }) !== undefined,
        ),
    );
    return fits ? kind : undefined;
  }
  return usual !== undefined && typeOf(value) === usual ? 'variable' : undefined;
}

function typeOf(value: PythonValue): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float';
  return isList(value) ? 'list' : 'dict';
}

function isOneDict(value: Dict, possible: readonly PythonValue[]): boolean {
  return possible.some((answer) => {
    if (!isDict(answer)) return false;
    const listed = (key: string): readonly PythonValue[] => {
      const found = answer[key] ?? [];
      return isList(found) ? found : [];
    };
    for (const [key, each] of Object.entries(value))
      if (!listed(key).some((one) => areEqual(standard(each), standard(one)))) return false;
    return Object.keys(answer).every(
      (key) => Object.hasOwn(value, key) || listed(key).includes(''),
    );
  });
}

function areDicts(value: readonly PythonValue[], answer: readonly PythonValue[]): boolean {
  return (
    value.length === answer.length &&
    value.every((each, i) => isDict(each) && isOneDict(each, [answer[i] as PythonValue]))
  );
}

/** A text, or the texts of a list, as they are compared. */
function plain(value: PythonValue): PythonValue {
  return isList(value) ? value.map(standard) : standard(value);
}

function standard(value: PythonValue): PythonValue {
  if (typeof value !== 'string') return value;
  return value
    .replaceAll(/[ ,./\-_*^]/g, '')
    .toLowerCase()
    .replaceAll("'", '"');
}
