import { failed } from '../error.ts';
import type { MacroBody, Statement } from '../parse/ast.ts';
import type { Arguments } from '../value/arguments.ts';
import { Callable } from '../value/callable.ts';
import type { Rendering } from '../value/rendering.ts';
import { Dict, Tuple, Undefined, type Value } from '../value/value.ts';
import { evaluate } from './evaluate.ts';
import { Frame } from './frame.ts';

export type MacroSettings = {
  name: string;
  macro: MacroBody;
  /** Where the macro was defined; it sees the names around it. */
  frame: Frame;
  rendering: Rendering;
  run(rendering: Rendering, frame: Frame, body: readonly Statement[]): Value;
};

/** A macro, or the body of a `call` block, as something that can be called. */
export function createMacro({ name, macro, frame, rendering, run }: MacroSettings): Callable {
  const { runtime, context } = rendering;
  return new Callable(
    name,
    (_, given) => {
      const inner = new Frame(macro.scope, frame, context);
      setParameters(inner, name, macro, given);
      for (const { name: parameter, otherwise } of macro.parameters) {
        if (inner.get(parameter) !== undefined) continue;
        const value =
          otherwise === undefined
            ? new Undefined(`parameter '${parameter}' was not provided`)
            : evaluate(runtime, inner, otherwise);
        inner.set(parameter, value);
      }
      return run(rendering, inner, macro.body);
    },
    'Macro',
  );
}

function setParameters(frame: Frame, callee: string, macro: MacroBody, given: Arguments): void {
  const { parameters, reads } = macro;
  const named = new Map(given.named);
  parameters.forEach(({ name }, i) => {
    const value: Value | undefined = given.positional[i];
    if (i < given.positional.length) frame.set(name, value);
    else {
      frame.set(name, named.get(name));
      named.delete(name);
    }
  });
  if (reads.caller) {
    const caller = named.get('caller') ?? null;
    named.delete('caller');
    frame.set('caller', caller === null ? new Undefined('No caller defined') : caller);
  }
  if (reads.kwargs) frame.set('kwargs', new Dict(named));
  else if (named.has('caller'))
    throw failed(`macro '${callee}' was invoked with two values for the special caller argument`);
  else
    for (const name of named.keys())
      throw failed(`macro '${callee}' takes no keyword argument '${name}'`);
  const more = given.positional.slice(parameters.length);
  if (reads.varargs) frame.set('varargs', new Tuple(more));
  else if (more.length > 0)
    throw failed(`macro '${callee}' takes not more than ${parameters.length} argument(s)`);
}
