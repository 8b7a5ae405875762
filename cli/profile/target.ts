import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { CommandError } from '../command/failure.ts';
import { localConfig } from '../platform/local-config.ts';
import { runningOn } from '../platform/running.ts';
import { type Profile, profileFile, readProfiles } from './profiles.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A Lathe with where it was found, for people to read. */
export type Target = Pick<Profile, 'url' | 'key'> & { readonly from: string };

/** Where `npm start` listens unless it is told otherwise. */
export const usualUrl = 'http://127.0.0.1:8080';

/**
 * Which Lathe is meant: the profile that was named; else the environment's `LATHE_URL` and `LATHE_API_KEY`, of which each
 * may be missing; else the current profile; else the one that runs in this clone. One of this machine is where it listens now,
 * whatever its profile says. Throws CommandError where no key is to be found.
 */
export async function findTarget(env: Environment, named: string | undefined): Promise<Target> {
  const { LATHE_URL: url, LATHE_API_KEY: key } = env;
  if (named === undefined && url) checkAddress(url, 'LATHE_URL');
  if (named === undefined && key) checkKey(key, 'LATHE_API_KEY');
  if (named === undefined && url && key) return { url, key, from: 'the environment' };
  const known = await knownTarget(env, named);
  if (named !== undefined && known !== null) return known;
  const isSame = !url || url === known?.url;
  const found = key || (isSame ? known?.key : undefined);
  if (found === undefined)
    throw new CommandError(
      'key',
      url
        ? `There is no key for ${url}: set LATHE_API_KEY, or keep one with lathe profiles add.`
        : 'No Lathe is known here: start one with lathe up, keep the address and key of another with lathe profiles add, or set LATHE_URL and LATHE_API_KEY.',
    );
  if (known !== null && !key && !url) return known;
  return { url: url || (known?.url ?? usualUrl), key: found, from: 'the environment' };
}

/** Throws CommandError where a text is no address that can be asked; `what` names where it is from. */
export function checkAddress(url: string, what: string): void {
  const address = URL.parse(url);
  if (address !== null && address.username + address.password !== '')
    throw new CommandError('usage', `${what} holds a user name: a key is given beside it.`);
  if (address === null || !/^https?:$/.test(address.protocol))
    throw new CommandError('usage', `${what} takes an address such as ${usualUrl}, not "${url}".`);
}

/** Throws CommandError where a text can be no key, which is never shown. */
export function checkKey(key: string, what: string): void {
  if (/^[\x21-\x7e]+$/.test(key)) return;
  throw new CommandError('usage', `${what} may hold visible ASCII characters only.`);
}

/** The one that a profile or this clone knows; null where neither does. Throws CommandError for a name that no profile has. */
async function knownTarget(env: Environment, named: string | undefined): Promise<Target | null> {
  const chosen = await chosenProfile(env, named);
  if (chosen === null) return runningTarget(env);
  const { name, profile } = chosen;
  const running = profile.data === undefined ? null : await runningOn(profile.data);
  return { url: running?.url ?? profile.url, key: profile.key, from: `the profile ${name}` };
}

async function runningTarget(env: Environment): Promise<Target | null> {
  const { dataFolder, apiKey } = localConfig(env);
  const running = await runningOn(dataFolder);
  if (running?.url == null) return null;
  const key = apiKey ?? (await keptKey(dataFolder));
  return key === null ? null : { url: running.url, key, from: `what runs on ${dataFolder}` };
}

/** The key that a start made for a data folder; null where it made none. */
export async function keptKey(dataFolder: string): Promise<string | null> {
  const text = await readFile(path.join(dataFolder, 'api-key'), 'utf8').catch(() => '');
  return text.trim() || null;
}

type Chosen = { readonly name: string; readonly profile: Profile };

/** The profile that was named, else the current one; null where there is none. Throws CommandError for a name that none has. */
async function chosenProfile(env: Environment, named: string | undefined): Promise<Chosen | null> {
  const file = profileFile(env);
  const { current, profiles } = await readProfiles(file);
  const name = named ?? current;
  const profile = name === null ? undefined : profiles[name];
  if (name !== null && profile !== undefined) return { name, profile };
  if (named === undefined) return null;
  const known = Object.keys(profiles).join(', ') || 'none';
  throw new CommandError('usage', `There is no profile "${named}" in ${file}; it has ${known}.`);
}

/**
 * The environment with the data folder that commands about this machine mean: that of a named profile which `lathe up`
 * made, else LATHE_DATA, else that of the current profile.
 */
export async function localEnvironment(
  env: Environment,
  named: string | undefined,
): Promise<Environment> {
  const chosen = named === undefined && env.LATHE_DATA ? null : await chosenProfile(env, named);
  return chosen?.profile.data === undefined ? env : { ...env, LATHE_DATA: chosen.profile.data };
}
