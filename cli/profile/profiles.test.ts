import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { profileFile, readProfiles, saveProfile } from './profiles.ts';
import { findTarget } from './target.ts';

const lab = { url: 'http://lab:8080', key: 'sk-lab' };
const own = { url: 'http://127.0.0.1:9000', key: 'sk-own' };

async function withProfiles() {
  const folder = await tempFolder();
  const env = { XDG_CONFIG_HOME: folder.path };
  await saveProfile(profileFile(env), 'lab', lab);
  await saveProfile(profileFile(env), 'own', own);
  return {
    env,
    file: profileFile(env),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

it('keeps profiles for their owner only, also in a file that was open to others', async () => {
  await using kept = await withProfiles();
  await chmod(kept.file, 0o644);
  await saveProfile(kept.file, 'lab', lab);
  expect((await stat(kept.file)).mode & 0o777).toBe(0o600);
  expect(await readProfiles(kept.file)).toEqual({ current: 'lab', profiles: { lab, own } });
});

it('takes the named profile, else the environment, else the current one', async () => {
  await using kept = await withProfiles();
  const other = { LATHE_URL: 'http://other', LATHE_API_KEY: 'sk-other' };
  expect(await findTarget({ ...kept.env, ...other }, 'lab')).toMatchObject(lab);
  expect(await findTarget({ ...kept.env, ...other }, undefined)).toMatchObject({
    url: 'http://other',
    key: 'sk-other',
  });
  expect(await findTarget(kept.env, undefined)).toMatchObject(own);
  expect(await findTarget({ ...kept.env, LATHE_API_KEY: 'sk-new' }, undefined)).toMatchObject({
    ...own,
    key: 'sk-new',
  });
});

it('never sends the key of one Lathe to another', async () => {
  await using kept = await withProfiles();
  await expect(findTarget({ ...kept.env, LATHE_URL: 'http://other' }, undefined)).rejects.toThrow(
    'There is no key for http://other',
  );
  await expect(findTarget(kept.env, 'nobody')).rejects.toThrow('it has lab, own');
});

it('says what is wrong with a file that it cannot read', async () => {
  await using folder = await tempFolder();
  const file = profileFile({ XDG_CONFIG_HOME: folder.path });
  await mkdir(path.dirname(file));
  await writeFile(file, '{"current": null, "profiles": {"lab": {"url": "lab"}}}');
  await expect(readProfiles(file)).rejects.toThrow('profiles.lab.url');
  await writeFile(file, 'lab');
  await expect(readProfiles(file)).rejects.toThrow('it is no JSON');
});
