import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelRecord } from '@lathe/contracts/record/model';
import { baseModelsProject, modelKey } from '@lathe/contracts/subject';
import { listBaseModels } from '@lathe/platform/base-models';
import type { Logger } from '@lathe/platform/log';
import { folderStamp } from '@lathe/platform/model-digest';
import { familyOf } from '@lathe/platform/model-family';
import { licenceOf } from '@lathe/platform/model-licence';
import type { Records } from '@lathe/platform/records';
import { taskSchema } from '@lathe/recipe/task';
import { servedTask } from '../texts/served-task.ts';
import type { ModelFacts } from '../texts/text-task.ts';
import type { Texts } from '../texts/texts.ts';

export type AnnouncePorts = {
  readonly models: Records['models'];
  readonly modelFolders: readonly string[];
  readonly texts: Texts;
  readonly log: Logger;
};

/** Looks through the model folders and brings the list of base models up to date. */
export type Announcer = { scan(): Promise<void> };

/**
 * Announces every folder that the engine and the tokenizer can work with as a base model, whose weights are finite
 * numbers, logs each other one with the reason, again only when that changes, and takes back announcements of folders
 * that are gone: all evaluators of a deployment see the same folders. Unchanged models are not opened again.
 */
export function createAnnouncer(ports: AnnouncePorts): Announcer {
  /** The files of an announced model as they were. */
  const announced = new Map<string, string>();
  const reasons = new Map<string, string>();

  const check = async (name: string, path: string): Promise<boolean> => {
    const { mtimeMs: changedMs } = await stat(join(path, 'config.json'));
    const stamp = await folderStamp(path);
    if (announced.get(path) === stamp) return true;
    try {
      await announce(ports, name, { path, changedMs });
      announced.set(path, stamp);
      return true;
    } catch (error) {
      if (!isAboutModel(error)) throw error;
      // It may be half copied, so it is looked at again.
      const reason = (error as Error).message;
      if (reasons.get(path) !== reason)
        ports.log.warn({ model: name, reason }, 'a model folder is not supported');
      reasons.set(path, reason);
      return false;
    }
  };

  return {
    async scan() {
      const offered = new Set<string>();
      for (const { name, path } of await listBaseModels(ports.modelFolders))
        if (await check(name, path)) offered.add(name);
      for (const { key, value } of await ports.models.list(baseModelsProject))
        if (!offered.has(value.name)) {
          ports.log.warn({ model: value.name }, 'the base model is not here any more');
          await ports.models.delete(key);
          announced.clear();
        }
    },
  };
}

async function announce(
  { models, texts, log }: AnnouncePorts,
  name: string,
  folder: { readonly path: string; readonly changedMs: number },
): Promise<void> {
  const facts = await texts.facts(folder.path);
  await texts.checkWeights(folder.path);
  const licence = await licenceOf(folder.path);
  const record: ModelRecord = {
    version: 1,
    kind: 'base',
    name,
    createdAt: Math.floor(folder.changedMs / 1000),
    maxPositions: facts.maxPositions,
    parameters: facts.parameters,
    ...(facts.architecture === 'encoder' && { architecture: 'encoder' }),
    family: await familyOf(folder.path),
    ...(licence !== undefined && { licence }),
    ...taskOf(facts),
  };
  await models.put(modelKey(baseModelsProject, name), record);
  const { maxPositions, parameters, task } = record;
  log.info({ model: name, maxPositions, parameters, task: task?.type }, 'offers a base model');
  if (facts.templateProblem !== null && servedTask(facts, undefined).type === 'generation')
    log.warn({ model: name, reason: facts.templateProblem }, 'the base model cannot chat');
  if (facts.promptSurplus !== null)
    log.warn(
      { model: name, prompt: facts.promptSurplus },
      'the base model is asked with text before its answer that its chat template leaves out of the answers that are trained',
    );
}

/** What the folder's checkpoint answers, as records have it; nothing where it writes text or gives hidden states. */
function taskOf(facts: ModelFacts): Pick<ModelRecord & { kind: 'base' }, 'task'> {
  const task = servedTask(facts, undefined);
  switch (task.type) {
    case 'generation':
    case 'states':
      return {};
    case 'classification':
      return { task: { ...task, labels: [...task.labels] } };
    case 'token-classification':
      return { task: { ...task, labels: [...task.labels] } };
    case 'embedding':
      return { task: taskSchema.parse(task) };
    case 'masked-lm':
    case 'reward':
    case 'question-answering':
      return { task: taskSchema.parse({ type: task.type }) };
  }
}

/** Whether the error is about the folder's content; others, such as of NATS, are not the model's fault. */
function isAboutModel(error: unknown): boolean {
  const names = ['UnsupportedModelError', 'CheckpointError', 'TokenizerError'];
  return error instanceof Error && names.includes(error.name);
}
