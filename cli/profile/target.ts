import { CommandError } from '../command/failure.ts';
import { type Profile, profileFile, readProfiles } from './profiles.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A profile with where it was found, for people to read. */
export type Target = Profile & { readonly from: string };

/** Where `npm start` listens unless it is told otherwise. */
export const usualUrl = 'http://127.0.0.1:8080';

/**
 * Which Lathe is meant: the profile that was named; else the environment's `LATHE_URL` and `LATHE_API_KEY`, of which each
 * may be missing; else the current profile. Throws CommandError where no key is to be found.
 */
export async function findTarget(env: Environment, named: string | undefined): Promise<Target> {
  const file = profileFile(env);
  const { LATHE_URL: url, LATHE_API_KEY: key } = env;
  if (named === undefined && url && key) return { url, key, from: 'the environment' };
  const { current, profiles } = await readProfiles(file);
  const name = named ?? current;
  const profile = name === null ? undefined : profiles[name];
  if (named !== undefined) {
    if (profile !== undefined) return { ...profile, from: `the profile ${named}` };
    const known = Object.keys(profiles).join(', ') || 'none';
    throw new CommandError('usage', `There is no profile "${named}" in ${file}; it has ${known}.`);
  }
  const isSame = !url || url === profile?.url;
  const found = key || (isSame ? profile?.key : undefined);
  if (found === undefined)
    throw new CommandError(
      'key',
      url
        ? `There is no key for ${url}: set LATHE_API_KEY, or keep one with lathe keys add.`
        : 'No Lathe is known here: start one with lathe up, keep the address and key of another with lathe keys add, or set LATHE_URL and LATHE_API_KEY.',
    );
  const from = key || url ? 'the environment' : `the profile ${name}`;
  return { url: url || (profile?.url ?? usualUrl), key: found, from };
}
