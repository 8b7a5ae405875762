import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { artifactsUrl, checkS3 } from './artifacts-url.ts';
import { readModelServers } from './model-servers.ts';
import { clientVariables, variables } from './variables.ts';

const repositoryModels = fileURLToPath(new URL('../../../../models', import.meta.url));

export type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration as services use it: absolute folders, sizes in bytes, times in milliseconds. */
export type Config = ReturnType<typeof readConfig>;

type Variables = typeof variables;
type Values = { -readonly [Field in keyof Variables]: z.output<Variables[Field]['schema']> };

/**
 * Reads the configuration from environment variables; unset ones get their defaults and relative
 * folders start from `workingFolder`. Throws an Error of one sentence that names the variable at fault.
 * @example const config = readConfig(process.env);
 */
export function readConfig(env: Environment, workingFolder: string = process.cwd()) {
  const values = Object.fromEntries(
    Object.entries(variables).map(([field, { name, schema }]) => {
      const { data, error } = schema.safeParse(env[name]);
      if (error !== undefined)
        throw new Error(`The environment variable ${name} ${error.issues[0]?.message}.`);
      return [field, data];
    }),
  ) as Values;
  checkS3(values);
  const dataFolder = resolve(workingFolder, values.dataFolder);
  return {
    ...values,
    dataFolder,
    modelFolders: (values.modelFolders ?? repositoryModels)
      .split(':')
      .filter((folder) => folder !== '')
      .map((folder) => resolve(workingFolder, folder)),
    modelServers: readModelServers(values.modelServers, values.modelServerKeys),
    artifacts: artifactsUrl(values.artifacts, { dataFolder, workingFolder }),
    healthPort: values.healthPort === 0 ? null : values.healthPort,
  };
}

/** The environment from which `readConfig` reads this very configuration: for a child process. */
export function environmentOf(config: Config): Record<string, string> {
  const values: Readonly<Record<keyof Variables, unknown>> = {
    ...config,
    modelFolders: config.modelFolders.join(':'),
    modelServers: config.modelServers.map(({ url }) => url).join(','),
    healthPort: config.healthPort ?? 0,
  };
  return Object.fromEntries(
    Object.entries(variables).map(([field, { name }]) => [
      name,
      String(values[field as keyof Variables] ?? ''),
    ]),
  );
}

/** Variables that look like ours but are not: most likely misspelt, so the log should name them. */
export function unknownVariables(env: Environment): string[] {
  const known = new Set([...Object.values(variables).map(({ name }) => name), ...clientVariables]);
  return Object.keys(env).filter(
    (name) => name.startsWith('LATHE_') && !name.startsWith('LATHE_TEST_') && !known.has(name),
  );
}
