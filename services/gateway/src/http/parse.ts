import { LatheError } from '@lathe/contracts/error';
import { faultText } from '@lathe/contracts/words/fault';
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** `messages[0].content`, as users write it. */
function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number'
        ? `${text}[${part}]`
        : `${text}${text === '' ? '' : '.'}${String(part)}`,
    '',
  );
}

/** The value at a path, or undefined where the path leaves the value. */
function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Record<PropertyKey, unknown>)[part]
        : undefined,
    value,
  );
}

/** Of a union's failures, the one of the branch that got furthest; when none got inside the union's own words, or else all of them. */
function unfold(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue;
  const branches = issue.errors.map((branch) => branch[0]).filter((first) => first !== undefined);
  const deepest = branches.toSorted((a, b) => b.path.length - a.path.length)[0];
  if (deepest === undefined) return issue;
  if (deepest.path.length > 0)
    return unfold({ ...deepest, path: [...issue.path, ...deepest.path] });
  if (issue.message !== 'Invalid input') return issue;
  const reasons = [...new Set(branches.map(faultText))];
  return { ...issue, message: reasons.join(', or ') };
}

/** What is counted of a value. */
const counted: Readonly<Record<string, string>> = { string: 'character', array: 'item' };

/**
 * The words for a bound that was missed, or a type that is none of a union's, and that the schema has none of its own for; of anything
 * else zod's are plain enough.
 */
function wordsFor(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_union' && issue.inclusive !== false && issue.options !== undefined)
    return `expected one of ${issue.options.map((option) => JSON.stringify(option)).join('|')}`;
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return undefined;
  const isLeast = issue.code === 'too_small';
  const bound = isLeast ? issue.minimum : issue.maximum;
  const unit = counted[issue.origin];
  if (unit === undefined) {
    const [from, beyond] = isLeast ? ['at least', 'more than'] : ['at most', 'less than'];
    return `expected ${issue.inclusive === false ? beyond : from} ${bound}`;
  }
  const how = issue.exact === true ? 'exactly' : isLeast ? 'at least' : 'at most';
  return `expected ${how} ${bound} ${unit}${Number(bound) === 1 ? '' : 's'}`;
}

/** The error for a value that a schema refused: the first fault, with its path as `param`. */
function refusal(issue: Issue, value: unknown): LatheError {
  const { path, code } = issue;
  if (code === 'unrecognized_keys') {
    return unsupported(pathText([...path, issue.keys[0] ?? '']));
  }
  const param = pathText(path);
  if (code === 'custom' && issue.params?.unsupported === true) return unsupported(param);
  if (path.length > 0 && valueAt(value, path) === undefined)
    return new LatheError('missing_parameter', `Missing required parameter: '${param}'.`, {
      param,
    });
  const where = param === '' ? 'the request' : `'${param}'`;
  return new LatheError('invalid_value', `Invalid value for ${where}: ${faultText(issue)}.`, {
    param: param === '' ? null : param,
  });
}

function unsupported(param: string): LatheError {
  return new LatheError('unsupported_parameter', `Unsupported parameter: '${param}'.`, { param });
}

/**
 * Checks what a user sent. Throws `unsupported_parameter`, `missing_parameter` or `invalid_value`
 * that names the first field at fault.
 */
export function parseRequest<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value, { error: wordsFor });
  if (result.success) return result.data;
  const first = result.error.issues[0];
  throw first === undefined
    ? new LatheError('invalid_value', 'The request is not valid.')
    : refusal(unfold(first), value);
}
