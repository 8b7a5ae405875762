import { createApi } from '../api/api.ts';
import { listModels } from '../api/models.ts';
import { type Argument, command } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';
import { readText } from '../command/read-text.ts';
import { profileFile, readProfiles, saveProfile, writeProfiles } from '../profile/profiles.ts';
import { checkAddress, checkKey, usualUrl } from '../profile/target.ts';
import { table } from '../terminal/table.ts';
import { askHidden } from './ask-hidden.ts';

const nameArgument = { name: 'name', meaning: 'of the profile' } as const satisfies Argument;

export const profilesList = command({
  name: 'profiles list',
  summary:
    'Lists the profiles of this user: an address with its key each; the current one is marked.',
  args: [],
  options: {},
  async run({ env, out, isJson, json }) {
    const { current, profiles } = await readProfiles(profileFile(env));
    const all = Object.entries(profiles);
    if (isJson) for (const [name, { url }] of all) json({ name, url, current: name === current });
    else if (all.length === 0)
      out.line('There is no profile yet: lathe up or lathe profiles add makes one.');
    else
      for (const line of table(
        ['', 'profile', 'address', 'key'],
        all.map(([name, { url, key }]) => [
          name === current ? '*' : '',
          name,
          url,
          `…${key.slice(-4)}`,
        ]),
        out.width(),
      ))
        out.line(line);
  },
});

export const profilesAdd = command({
  name: 'profiles add',
  summary:
    'Keeps the address and key of a Lathe as a profile, after trying it, and makes it the current one.',
  details:
    'The key is asked for without being shown, or read from standard input, so that it is in no list of commands and no process. The file is for this user only.',
  examples: [
    'lathe profiles add lab --url https://lathe.example.com',
    'lathe profiles add lab --url http://lab:8080 < key',
  ],
  args: [nameArgument],
  options: { url: { meaning: `${usualUrl} by default`, value: '<url>' } },
  async run({ args: [name = ''], options, env, input, out, isJson, json, signal }) {
    const url = options.url ?? usualUrl;
    checkAddress(url, '--url');
    const key = input.isTTY ? await askHidden('Key: ') : (await readText(input)).trim();
    checkKey(key, 'The key');
    await listModels(createApi({ url, key }, signal));
    await saveProfile(profileFile(env), name, { url, key });
    if (isJson) return json({ name, url });
    out.line(`${name} is the current profile: ${url}.`);
  },
});

export const profilesUse = command({
  name: 'profiles use',
  summary: 'Makes a profile the current one.',
  args: [nameArgument],
  options: {},
  async run({ args: [name = ''], env, out, isJson, json }) {
    const file = profileFile(env);
    const { profiles } = await readProfiles(file);
    const profile = profiles[name];
    if (profile === undefined) throw unknownProfile(name, Object.keys(profiles));
    await writeProfiles(file, { current: name, profiles });
    if (isJson) return json({ name, url: profile.url });
    out.line(`${name} is the current profile: ${profile.url}.`);
  },
});

export const profilesRemove = command({
  name: 'profiles remove',
  summary:
    'Forgets a profile; its key stays valid until lathe keys revoke, or the operator, takes it away.',
  args: [nameArgument],
  options: {},
  async run({ args: [name = ''], env, out, isJson, json }) {
    const file = profileFile(env);
    const { current, profiles } = await readProfiles(file);
    const { [name]: removed, ...rest } = profiles;
    if (removed === undefined) throw unknownProfile(name, Object.keys(profiles));
    await writeProfiles(file, { current: current === name ? null : current, profiles: rest });
    if (isJson) return json({ name, removed: true });
    out.line(`The profile ${name} is forgotten.`);
  },
});

function unknownProfile(name: string, known: readonly string[]): CommandError {
  return new CommandError(
    'usage',
    `There is no profile "${name}"; there are ${known.join(', ') || 'none'}.`,
  );
}
