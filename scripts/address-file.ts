import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const addressSchema = z.url();

function addressFile(dataFolder: string): string {
  return path.resolve(dataFolder, 'address');
}

/** Leaves the address of a platform in its data folder, where the command line finds it whatever LATHE_PORT was. */
export async function leaveAddress(dataFolder: string, url: string): Promise<void> {
  await writeFile(addressFile(dataFolder), url, { mode: 0o600 });
}

/** Takes the address away, of this platform or of one that was killed before. */
export async function forgetAddress(dataFolder: string): Promise<void> {
  await rm(addressFile(dataFolder), { force: true });
}

/** The address of the platform that holds a data folder; null where none does, or it is only starting. */
export async function leftAddress(dataFolder: string): Promise<string | null> {
  const text = await readFile(addressFile(dataFolder), 'utf8').catch(() => '');
  return addressSchema.safeParse(text).data ?? null;
}
