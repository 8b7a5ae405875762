import { CommandError } from './failure.ts';

type Settings = { [name: string]: unknown };

/**
 * The body of a request with settings from the command line put into it, each by its path. A value is JSON where it can be, else
 * a text. Throws CommandError for one without `=`, or a path that goes through a value.
 * @example withSettings({}, ['lathe.adaptation.rank=8']); // { lathe: { adaptation: { rank: 8 } } }
 */
export function withSettings(body: Settings, settings: readonly string[]): Settings {
  const whole = structuredClone(body);
  for (const setting of settings) {
    const at = setting.indexOf('=');
    const names = setting.slice(0, Math.max(at, 0)).split('.');
    const last = names.pop();
    if (at < 1 || last === undefined || last === '' || names.includes(''))
      throw new CommandError(
        'usage',
        `--set takes a path and a value, such as lathe.adaptation.rank=8, not "${setting}".`,
      );
    let inner = whole;
    for (const name of names) {
      inner[name] ??= {};
      const next = inner[name];
      if (!isObject(next))
        throw new CommandError('usage', `--set ${setting}: ${name} is set to a value already.`);
      inner = next;
    }
    inner[last] = parsedValue(setting.slice(at + 1));
  }
  return whole;
}

function parsedValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Most texts are no JSON, and are meant as they stand.
    return text;
  }
}

function isObject(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
