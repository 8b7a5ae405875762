import { UnsupportedModelError } from '../formats/error.ts';
import { fullMatcher, PatternError } from './python-pattern.ts';

/** Which modules of the base model an adapter is on. */
export type AdapterTargets = {
  /** Whether peft puts the adapter on the module of this path. */
  names(module: string): boolean;
  /** Matchers of which each must name a module of the adapter. */
  readonly each: readonly { readonly text: string; names(module: string): boolean }[];
};

const allLinear = 'all-linear';
/** The layer above the blocks, on which no adapter is computed. */
const head = 'lm_head';

/**
 * `target_modules` by peft's rules: of a list, an entry names the path that it is or that ends with it, part by part; a
 * string is a regular expression that the whole path must match, or stands for every linear layer. Throws
 * UnsupportedModelError for an expression that cannot be read as Python reads it.
 */
export function adapterTargets(file: string, targets: readonly string[] | string): AdapterTargets {
  const each =
    typeof targets === 'string'
      ? [{ text: targets, names: matcher(file, targets) }]
      : targets.map((target) => ({
          text: target,
          names: (module: string) => module === target || module.endsWith(`.${target}`),
        }));
  return { each, names: (module) => each.some((target) => target.names(module)) };
}

function matcher(file: string, targets: string): (module: string) => boolean {
  if (targets.toLowerCase() === allLinear) return () => true;
  try {
    const names = fullMatcher(targets);
    if (names(head))
      throw new UnsupportedModelError(file, 'target_modules', `names ${head}, not only the blocks`);
    return names;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new UnsupportedModelError(
      file,
      'target_modules',
      `is a regular expression that ${error.message}`,
    );
  }
}
