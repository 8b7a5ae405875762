import { join } from 'node:path';
import type { Environment } from '../config/config.ts';
import { secretText, type Variable } from '../config/variable.ts';
import { variables } from '../config/variables.ts';

/** Variables whose values open something: a program that computes needs none of them. */
const secrets = Object.values<Variable>(variables)
  .filter(({ schema }) => schema === secretText)
  .map(({ name }) => name);

/**
 * The environment for an engine's process: this one's without its secrets, without ONNX Runtime's telemetry, and
 * with a place in the data folder where Node keeps what it has compiled, so that the next process starts in a third
 * of the time.
 */
export function childEnvironment(
  environment: Environment,
  dataFolder: string,
): Record<string, string | undefined> {
  return {
    NODE_COMPILE_CACHE: join(dataFolder, 'cache', 'compiled'),
    ...withoutSecrets(environment),
    ORT_DISABLE_TELEMETRY: '1',
  };
}

/**
 * An environment without what opens something.
 * @example const env = withoutSecrets(process.env);
 */
export function withoutSecrets(environment: Environment): Record<string, string | undefined> {
  const kept = Object.entries(environment).filter(([name]) => !secrets.includes(name));
  return Object.fromEntries(kept);
}
