import { Budget, defaultLimits, type RenderLimits, withBudget } from './budget.ts';
import { filters } from './builtins/filters.ts';
import { globals } from './builtins/globals.ts';
import { tests } from './builtins/tests.ts';
import { checkNames, noFilter } from './check/check-names.ts';
import { analyzeScopes } from './check/scope-analysis.ts';
import { JinjaError } from './error.ts';
import { execute } from './evaluate/execute.ts';
import { Frame } from './evaluate/frame.ts';
import { fromJson } from './evaluate/from-json.ts';
import { Output } from './evaluate/output.ts';
import { parseTemplate } from './parse/parse-statement.ts';
import type { Context, Marks } from './value/rendering.ts';
import type { Runtime } from './value/runtime.ts';
import { saidFilter, saidTest } from './value/said.ts';
import { type TaggedPlace, TaggedPlaces } from './value/tagged-places.ts';
import { Said, type Value } from './value/value.ts';

type RenderSettings = {
  /** Printed around what stands in `{% generation %}` tags. */
  marks?: Marks | undefined;
  /** For `strftime_now`; now, if not given. */
  now?: Date;
  /** Called where the time is asked for. */
  onTime?: (() => void) | undefined;
  limits?: RenderLimits;
};

/** A text, and where in it stands what was printed in `{% generation %}` tags; undefined where that is not known without marks. */
export type Rendered = { text: string; tagged: readonly TaggedPlace[] | undefined };

export type Template = {
  hasGenerationTags: boolean;
  /** Throws JinjaError when the template fails, or asks for what is refused. */
  render(variables: Readonly<Record<string, unknown>>, settings?: RenderSettings): string;
  /** The same, with the places of what is tagged. */
  renderTagged(variables: Readonly<Record<string, unknown>>, settings?: RenderSettings): Rendered;
};

/**
 * Reads a chat template: Jinja2 with the tags, functions and filters that transformers gives it, and with
 * Python's values. Throws JinjaError for what does not parse and for what is refused by name.
 * @example compileTemplate('{{ words | join(", ") }}').render({ words: ['a', 'b'] }); // a, b
 */
export function compileTemplate(source: string): Template {
  const tree = guarded(() => {
    const parsed = parseTemplate(source);
    analyzeScopes(parsed);
    checkNames(parsed.body);
    return parsed;
  });
  const renderTagged: Template['renderTagged'] = (
    variables,
    { marks, now = new Date(), onTime, limits = defaultLimits } = {},
  ) =>
    guarded(() => {
      const given = new Map<string, Value>();
      for (const name of Object.keys(variables)) given.set(name, fromJson(variables[name]));
      const context: Context = {
        get: (name) => (given.has(name) ? given.get(name) : globals.get(name)),
      };
      const runtime = createRuntime(new Budget(limits), { now, onTime });
      const frame = new Frame(tree.scope, undefined, context);
      const output = new Output(runtime.budget);
      const tagged = new TaggedPlaces(output);
      withBudget(runtime.budget, () =>
        execute({ rendering: { runtime, context, marks, tagged }, frame, output }, tree.body),
      );
      return { text: output.toString(), tagged: tagged.found() };
    });
  return {
    hasGenerationTags: tree.hasGenerationTags,
    renderTagged,
    render: (variables, settings) => renderTagged(variables, settings).text,
  };
}

function createRuntime(
  budget: Budget,
  { now, onTime }: Pick<RenderSettings, 'onTime'> & { readonly now: Date },
): Runtime {
  const runtime: Runtime = {
    budget,
    get now() {
      onTime?.();
      return now;
    },
    filter(name, given) {
      if (given.positional[0] instanceof Said) return saidFilter(name, given);
      const filter = filters.get(name);
      if (filter === undefined) throw noFilter(name);
      return filter(runtime, given);
    },
    test(name, given) {
      const said = given.positional[0] instanceof Said ? saidTest(name) : undefined;
      if (said !== undefined) return said;
      const test = tests.get(name);
      if (test === undefined) throw new JinjaError('failed', `there is no test "${name}"`);
      return test(runtime, given);
    },
  };
  return runtime;
}

/** Nesting without end overflows the stack, in the template's expressions or in the values it is given. */
function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError) throw new JinjaError('budget', 'it is nested too deep');
    throw error;
  }
}
