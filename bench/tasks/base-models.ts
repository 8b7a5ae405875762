import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { TaskCase } from './cases.ts';

/** The folder of models that is made for a run, beside those of the project. */
export function ownModels(work: string): string {
  return path.join(work, 'models');
}

/**
 * Name of the base model of a case: a real one where it was fetched (npm run models:get) and the built-in ones were not
 * asked for. A decoder whose own template knows no tools gets one, in a copy in `ownModels(work)`.
 */
export function baseModel(kind: TaskCase['base'], work: string, isTiny: boolean): string {
  const [real, tiny] =
    kind === 'encoder' ? ['minilm', 'lathe-tiny-encoder'] : ['smollm2-135m', 'lathe-tiny'];
  const name = !isTiny && existsSync(path.join('models', real, 'config.json')) ? real : tiny;
  if (kind !== 'tools') return name;
  const copy = `${name}-tools`;
  const folder = path.join(ownModels(work), copy);
  if (!existsSync(folder)) {
    mkdirSync(ownModels(work), { recursive: true });
    cpSync(path.join('models', name), folder, { recursive: true });
    execFileSync(process.execPath, ['examples/tools/add-template.ts', folder], {
      stdio: 'inherit',
    });
  }
  return copy;
}
