import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const configSchema = z.object({ model_type: z.string() });

/**
 * The family of a model's folder, as transformers names it: `llama`. Throws where its config.json names none.
 * @example const family = await familyOf('models/lathe-tiny');
 */
export async function familyOf(folder: string): Promise<string> {
  const config: unknown = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
  return configSchema.parse(config).model_type;
}
