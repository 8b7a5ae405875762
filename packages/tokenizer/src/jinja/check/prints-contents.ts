import type { Expression, Statement, TemplateTree } from '../parse/ast.ts';
import { bodiesOf, childrenOf, setsName } from './tree-walk.ts';

/** What a loop tells that does not depend on what its items are. */
const ofLoop: ReadonlySet<string> = new Set(['first', 'last', 'index', 'index0', 'length']);
/** Functions whose answer depends on what they are given alone. */
const steady: ReadonlySet<string> = new Set(['raise_exception', 'range']);
/** Filters that make texts of a kind that changes what is added to them. */
const marking: ReadonlySet<string> = new Set(['safe', 'escape', 'e', 'forceescape']);
/** Texts that a model's files give templates. */
const given = ['bos_token', 'eos_token', 'unk_token', 'pad_token'];
const messagesName = 'messages';
const contentKey = 'content';

/**
 * Whether all that a template does with what messages say is to print it as it is, so that conversations of the same roles, whose messages
 * all say something, differ in their texts alone where the contents stand. It says so of templates of a simple form only: loops over the
 * messages, in which a content is printed, added to constants and fields that are printed, or asked whether it is there.
 */
export function printsContents({ body }: TemplateTree): boolean {
  const items = new Set<string>();
  return (
    gatherItems(body, items) &&
    [messagesName, ...given].every((name) => !setsName(body, name)) &&
    body.every((statement) => isPlain(statement, items))
  );
}

/** Gathers the names of messages in loops; false for a loop of another form, or a name that is set otherwise too. */
function gatherItems(body: readonly Statement[], items: Set<string>): boolean {
  for (const statement of body) {
    if (statement.kind === 'for' && isMessages(statement.items)) {
      if (statement.target.kind !== 'name' || statement.isRecursive) return false;
      items.add(statement.target.name);
    }
    if (!bodiesOf(statement).every((inner) => gatherItems(inner, items))) return false;
  }
  return true;
}

const isMessages = (expression: Expression): boolean =>
  expression.kind === 'name' && expression.name === messagesName;

function isPlain(statement: Statement, items: ReadonlySet<string>): boolean {
  const knows = (expression: Expression | undefined): boolean =>
    expression === undefined || isIndifferent(expression, items);
  const within = bodiesOf(statement).every((inner) => inner.every((each) => isPlain(each, items)));
  switch (statement.kind) {
    case 'text':
    case 'break':
    case 'continue':
      return true;
    case 'generation':
      return within;
    case 'print':
      return knows(statement.value) || isPrinted(statement.value, items);
    case 'if':
      return within && [statement, ...statement.others].every(({ test }) => isTest(test, items));
    case 'for':
      return (
        within &&
        (isMessages(statement.items) ||
          (knows(statement.items) && !setsItem(statement.target, items))) &&
        knows(statement.test)
      );
    case 'set':
      return knows(statement.value) && !setsItem(statement.target, items);
    default:
      return false;
  }
}

function setsItem(
  target: Extract<Statement, { kind: 'set' }>['target'],
  items: ReadonlySet<string>,
): boolean {
  if (target.kind === 'targets') return target.items.some((each) => setsItem(each, items));
  return items.has(target.name) || target.name === messagesName || target.name === 'loop';
}

/** Whether an expression is as true or false whatever messages say: a content that is not empty is true. */
function isTest(expression: Expression, items: ReadonlySet<string>): boolean {
  if (fieldOf(expression, items) === contentKey) return true;
  if (expression.kind === 'logic')
    return isTest(expression.left, items) && isTest(expression.right, items);
  if (expression.kind === 'unary' && expression.operator === 'not')
    return isTest(expression.value, items);
  return isIndifferent(expression, items);
}

/** Whether an expression has the same value whatever messages say. */
function isIndifferent(expression: Expression, items: ReadonlySet<string>): boolean {
  const field = fieldOf(expression, items);
  if (field !== undefined) return field !== contentKey;
  if (expression.kind === 'name')
    return !items.has(expression.name) && !isMessages(expression) && expression.name !== 'loop';
  if (expression.kind === 'attribute' && expression.value.kind === 'name')
    if (expression.value.name === 'loop') return ofLoop.has(expression.name);
  if (expression.kind === 'filter') {
    const { name, value } = expression;
    if (marking.has(name)) return false;
    if (name === 'length' && value !== undefined && isMessages(value)) return true;
  }
  if (expression.kind === 'call') {
    const { callee } = expression;
    if (callee.kind !== 'name' || !steady.has(callee.name)) return false;
  }
  return childrenOf(expression).every(
    (child) => child === undefined || isIndifferent(child, items),
  );
}

/** Whether an expression is a content, or contents added to constants and other fields. */
function isPrinted(expression: Expression, items: ReadonlySet<string>): boolean {
  if (expression.kind === 'constant') return typeof expression.value === 'string';
  if (expression.kind === 'name') return given.includes(expression.name);
  if (fieldOf(expression, items) !== undefined) return true;
  if (expression.kind === 'concat') return expression.parts.every((part) => isPrinted(part, items));
  return (
    expression.kind === 'binary' &&
    expression.operator === '+' &&
    isPrinted(expression.left, items) &&
    isPrinted(expression.right, items)
  );
}

/** The field of a message that an expression is: of that of a loop, or of the one at a place. */
function fieldOf(expression: Expression, items: ReadonlySet<string>): string | undefined {
  if (expression.kind !== 'attribute' && expression.kind !== 'item') return undefined;
  const { value } = expression;
  const isItem =
    (value.kind === 'name' && items.has(value.name)) ||
    (value.kind === 'item' && isMessages(value.value) && isIndifferent(value.key, items));
  if (!isItem) return undefined;
  if (expression.kind === 'attribute') return expression.name;
  const { key } = expression;
  return key.kind === 'constant' && typeof key.value === 'string' ? key.value : contentKey;
}
