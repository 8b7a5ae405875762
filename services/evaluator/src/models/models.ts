import {
  type DatasetManifest,
  datasetManifestSchema,
  type ModelText,
} from '@lathe/contracts/artifact/dataset';
import { LatheError } from '@lathe/contracts/error';
import type { ModelDeleted } from '@lathe/contracts/message/model-deleted';
import type { ModelRecord } from '@lathe/contracts/record/model';
import { recordKey } from '@lathe/contracts/subject';
import { virtualTokenCount } from '@lathe/engine/peft-virtual';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { readJson } from '@lathe/platform/artifacts/read-json';
import { findBaseModel } from '@lathe/platform/base-models';
import { folderStamp, weightsDigest } from '@lathe/platform/model-digest';
import { findNamedModel, type NamedModels, whyUnnamed } from '@lathe/platform/records/named-model';
import type { EngineModel } from '../engine/engine.ts';
import { ownTexts, ownTextsFolder } from '../engine/own-texts.ts';
import { type ServedTask, servedTask, type TaughtTask } from '../texts/served-task.ts';
import type { ModelFacts } from '../texts/text-task.ts';
import type { Texts } from '../texts/texts.ts';
import type { ModelFiles } from './model-files.ts';

/** A model that can be asked: its weights, its tokens, and how it was taught to be asked. */
export type ServedModel = {
  readonly name: string;
  readonly engine: EngineModel;
  /** The folder of its tokenizer and chat template: those that it was tuned with, or a base model's own. */
  readonly texts: string;
  /** Most tokens of a text and its answer: the context without the virtual tokens of an adapter. */
  readonly room: number;
  readonly facts: ModelFacts;
  /** What it can be asked. */
  readonly task: ServedTask;
  /** `completion`: it was tuned on prompts without a chat template. */
  readonly style: 'chat' | 'completion';
};

export type ModelPorts = NamedModels & {
  readonly artifacts: ArtifactStore;
  readonly files: ModelFiles;
  readonly modelFolders: readonly string[];
  readonly contextTokens: number;
  readonly texts: Texts;
  /** Told which folder of a deleted model is about to go. */
  readonly onForget: (folder: string) => void;
};

/** Whose model lies in a folder. */
type OwnedModel = {
  /** Null: of all, as base models are. */
  readonly project: string | null;
  readonly name: string;
  /** The base model that an adapter stands on; null: it stands for itself. */
  readonly base: string | null;
};

export type Models = {
  /** The model that the project may use by that name or alias. Throws `model_not_found`. */
  find(project: string, name: string): Promise<ServedModel>;
  /**
   * A base model by its name, asked with the tokenizer and the template in the folder `texts` where it is given.
   * Throws `model_not_found`.
   */
  base(name: string, texts?: string): Promise<ServedModel>;
  /** A tuned model by its checkpoint's manifest. */
  tuned(model: TunedModel): Promise<ServedModel>;
  /** The model in a folder that was found here; of a checkpoint with several names the one that was asked for last. */
  ownerOf(folder: string): OwnedModel | undefined;
  /** Drops what is kept of a tuned model that was deleted, its files here when they are gone from the store. */
  forget(deleted: ModelDeleted): Promise<void>;
};

type TunedModel = {
  readonly project: string;
  readonly name: string;
  readonly kind: 'adapter' | 'merged';
  readonly base: string;
  readonly manifestKey: string;
  /** What it was tuned on. */
  readonly rows: DatasetManifest['kind'];
  readonly text?: ModelText | undefined;
  /** What it was taught; absent: to chat or to go on with a text. */
  readonly task?: TaughtTask | undefined;
};

/** Folders whose facts stay in memory, the most recently used ones. */
const keptFacts = 32;

/** Finds models and brings their files here; what was opened once is kept in memory. */
export function createModels(ports: ModelPorts): Models {
  const known = new Map<string, Promise<ModelFacts>>();
  const factsOf = async (folder: string): Promise<ModelFacts> => {
    const told = known.get(folder) ?? ports.texts.facts(folder);
    known.delete(folder);
    known.set(folder, told);
    for (const oldest of known.keys()) if (known.size > keptFacts) known.delete(oldest);
    try {
      return await told;
    } catch (error) {
      // Another try may find a folder that is whole.
      if (known.get(folder) === told) known.delete(folder);
      throw error;
    }
  };
  const owners = new Map<string, OwnedModel>();
  const stamps = new Map<string, string>();
  /** Drops what is held of a base model's folder when its files are not what they were. */
  const noticeEdits = async (folder: string): Promise<void> => {
    const stamp = await folderStamp(folder);
    const before = stamps.get(folder);
    stamps.set(folder, stamp);
    if (before === undefined || before === stamp) return;
    known.delete(folder);
    ports.texts.forget(folder);
    ports.onForget(folder);
  };
  const digests = new Map<string, { readonly stamp: string; readonly digest: Promise<string> }>();
  /** Whether a base folder still has the weights that something was trained on. */
  const isSameBase = async (folder: string, digest: string | undefined): Promise<boolean> => {
    if (digest === undefined) return true;
    const stamp = await folderStamp(folder);
    const before = digests.get(folder);
    const told = before?.stamp === stamp ? before : { stamp, digest: weightsDigest(folder) };
    digests.set(folder, told);
    return (await told.digest) === digest;
  };
  const serve = async (
    name: string,
    place: Pick<EngineModel, 'folder' | 'adapter'>,
    {
      rows,
      texts,
      taught,
    }: {
      readonly rows: DatasetManifest['kind'];
      readonly texts: string;
      readonly taught?: TaughtTask | undefined;
    },
  ): Promise<ServedModel> => {
    const facts = await factsOf(texts).catch((error: unknown) => {
      if (!(error instanceof Error && error.name === 'TokenizerError')) throw error;
      // The folder was changed after it was announced. Users do not know where it lies.
      const reason = error.message.replace(/^\S*\//, '');
      const message = `The model '${name}' cannot be used: ${reason}.`;
      throw new LatheError('unsupported_model', message, { param: 'model', cause: error });
    });
    const maxContext = Math.min(ports.contextTokens, facts.maxPositions);
    const virtual = place.adapter === null ? 0 : await virtualTokenCount(place.adapter);
    const room = maxContext - virtual;
    const engine = { ...place, maxContext };
    const isChat = rows === 'preference' && facts.architecture === 'decoder';
    const task = servedTask(facts, taught, { isChat });
    return { name, engine, texts, room, facts, task, style: styleOf(rows, facts) };
  };

  const base = async (name: string, texts?: string): Promise<ServedModel> => {
    const found = await findBaseModel(ports.modelFolders, name);
    if (found === undefined) throw missing(`the model '${name}' does not exist`);
    await noticeEdits(found.path);
    owners.set(found.path, { project: null, name, base: null });
    const place = { folder: found.path, adapter: null };
    return serve(name, place, { rows: 'chat', texts: texts ?? found.path });
  };
  const tuned = async (model: TunedModel): Promise<ServedModel> => {
    const { project, name, rows, kind } = model;
    const taught = model.task ?? { type: 'generation' };
    const folder = await ports.files.folder(model.manifestKey);
    if (kind === 'merged') {
      owners.set(folder, { project, name, base: null });
      return serve(name, { folder, adapter: null }, { rows, taught, texts: folder });
    }
    const below = await findBaseModel(ports.modelFolders, model.base);
    if (below === undefined)
      throw new LatheError(
        'unavailable',
        `The base model '${model.base}' of '${name}' is not here any more.`,
        { param: 'model' },
      );
    if (!(await isSameBase(below.path, model.text?.baseSha256)))
      throw new LatheError(
        'unsupported_model',
        `The base model '${model.base}' was changed after '${name}' was tuned on it; put its files back, or tune again.`,
        { param: 'model' },
      );
    const texts = (await ownTexts(folder)) ?? below.path;
    await noticeEdits(below.path);
    owners.set(below.path, { project: null, name: model.base, base: null });
    owners.set(folder, { project, name, base: model.base });
    return serve(name, { folder: below.path, adapter: folder }, { rows, taught, texts });
  };
  return {
    base,
    tuned,
    ownerOf: (folder) => owners.get(folder),
    async find(project, name) {
      const record = await findNamedModel(ports, project, name);
      if (record === undefined) throw missing(await whyUnnamed(ports, project, name));
      if (record.kind === 'base') return base(record.name);
      return tuned({ ...record, rows: await rowsOf(ports, record) });
    },
    async forget({ manifestKey }) {
      // Another name may stand for the same checkpoint: then nothing of it is gone.
      if (manifestKey === undefined) return;
      const folder = ports.files.pathOf(manifestKey);
      for (const each of [folder, ownTextsFolder(folder)]) {
        known.delete(each);
        ports.texts.forget(each);
      }
      owners.delete(folder);
      ports.onForget(folder);
      await ports.files.forget(manifestKey);
    },
  };
}

/** With a reason as `whyUnnamed` tells it. */
function missing(why: string): LatheError {
  return new LatheError('model_not_found', `${why.charAt(0).toUpperCase()}${why.slice(1)}.`, {
    param: 'model',
  });
}

/** How the model's rows were shaped; a model is asked the way it was trained. */
async function rowsOf(
  { jobs, artifacts }: ModelPorts,
  record: Exclude<ModelRecord, { kind: 'base' }>,
): Promise<DatasetManifest['kind']> {
  const job = await jobs.get(recordKey(record.project, record.jobId));
  const key = job?.value.datasetKey;
  if (key == null || (await artifacts.stat(key)) === null) return 'chat';
  return (await readJson(artifacts, key, datasetManifestSchema)).kind;
}

/** How a model that was tuned on such rows is asked; after texts as before, by chat where it can. */
export function styleOf(
  kind: DatasetManifest['kind'],
  { templateProblem }: ModelFacts,
): ServedModel['style'] {
  if (kind === 'text') return templateProblem !== null ? 'completion' : 'chat';
  return kind === 'completion' ? 'completion' : 'chat';
}
