import type { CallArguments, Expression } from './ast.ts';
import type { TokenStream } from './token-stream.ts';

/** Reads arguments in parentheses. */
export function parseArguments(
  stream: TokenStream,
  parseValue: (stream: TokenStream) => Expression,
): CallArguments {
  const { line } = stream.expect('operator', '(');
  const given = noArguments();
  const ensure = (isRight: boolean): void => {
    if (!isRight) throw stream.fail('invalid syntax for function call expression', line);
  };
  let needsComma = false;
  while (!stream.isOperator(')')) {
    if (needsComma) {
      stream.expect('operator', ',');
      if (stream.isOperator(')')) break;
    }
    if (stream.skip('operator', '*')) {
      ensure(given.rest === undefined && given.namedRest === undefined);
      given.rest = parseValue(stream);
    } else if (stream.skip('operator', '**')) {
      ensure(given.namedRest === undefined);
      given.namedRest = parseValue(stream);
    } else if (
      stream.is('name') &&
      stream.following.kind === 'operator' &&
      stream.following.text === '='
    ) {
      ensure(given.namedRest === undefined);
      const name = stream.next().text;
      stream.next();
      if (given.named.some((other) => other.name === name))
        throw stream.fail(`keyword argument repeated: ${name}`, line);
      given.named.push({ name, value: parseValue(stream) });
    } else {
      ensure(given.rest === undefined && given.namedRest === undefined && given.named.length === 0);
      given.positional.push(parseValue(stream));
    }
    needsComma = true;
  }
  stream.expect('operator', ')');
  return given;
}

/** A call without arguments. */
export function noArguments(): CallArguments {
  return { positional: [], named: [], rest: undefined, namedRest: undefined };
}

/** Reads the name of a filter or a test. */
export function parseDottedName(stream: TokenStream): string {
  let name = stream.expect('name').text;
  while (stream.skip('operator', '.')) name += `.${stream.expect('name').text}`;
  return name;
}
