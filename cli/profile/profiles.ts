import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { CommandError } from '../command/failure.ts';

const profileSchema = z.strictObject({
  url: z.url(),
  key: z.string().min(1),
  /** The data folder of a Lathe of this machine, which tells where it listens now. */
  data: z.string().min(1).optional(),
});
/** Where a Lathe is and what opens it. */
export type Profile = z.infer<typeof profileSchema>;

const profilesSchema = z.strictObject({
  /** The one that is used where none is named. */
  current: z.string().nullable(),
  profiles: z.record(z.string(), profileSchema),
});
export type Profiles = z.infer<typeof profilesSchema>;

type Environment = Readonly<Record<string, string | undefined>>;

/** The file that keeps them, in the user's folder of configuration. */
export function profileFile(env: Environment): string {
  const folder = env.XDG_CONFIG_HOME || path.join(homedir(), '.config');
  return path.join(folder, 'lathe', 'profiles.json');
}

/** The profiles of a file; none where there is no file. Throws CommandError for a file that is not of that form. */
export async function readProfiles(file: string): Promise<Profiles> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { current: null, profiles: {} };
    throw error;
  }
  const fault = (why: string): CommandError =>
    new CommandError('usage', `${file} cannot be read: ${why}; mend it or delete it.`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw fault('it is no JSON');
  }
  const { data, error } = profilesSchema.safeParse(json);
  if (data !== undefined) return data;
  const [issue] = error.issues;
  throw fault(`${issue?.path.join('.') || 'the whole'}: ${issue?.message}`);
}

/** Writes them, for their owner only, whole or not at all. */
export async function writeProfiles(file: string, profiles: Profiles): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify(profiles, null, 2)}\n`, { mode: 0o600 });
  // The mode above counts for a file that is new only.
  await chmod(temporary, 0o600);
  await rename(temporary, file);
}

/** Puts a profile there and makes it the current one. */
export async function saveProfile(file: string, name: string, profile: Profile): Promise<void> {
  const { profiles } = await readProfiles(file);
  await writeProfiles(file, { current: name, profiles: { ...profiles, [name]: profile } });
}
