import { fileURLToPath } from 'node:url';
import { type Config, readConfig } from '@lathe/platform/config';
import { CommandError } from '../command/failure.ts';

/** The clone that this command belongs to. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The configuration of a Lathe on this machine, as `npm start` reads it: what is relative is relative to the clone. Throws
 * CommandError that names the variable at fault.
 */
export function localConfig(env: Readonly<Record<string, string | undefined>>): Config {
  try {
    return readConfig(env, root);
  } catch (error) {
    if (error instanceof Error) throw new CommandError('usage', error.message, { cause: error });
    throw error;
  }
}
