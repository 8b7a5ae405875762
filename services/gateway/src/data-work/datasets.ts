import type { Lineage } from '@lathe/contracts/artifact/lineage';
import { LatheError } from '@lathe/contracts/error';
import { type DatasetRequest, filesOfRequest, sideFiles } from '@lathe/contracts/http/dataset';
import type { DatasetObject, ListedDataset } from '@lathe/contracts/http/dataset-object';
import type { DataWorkInputs, DataWorkOf } from '@lathe/contracts/record/data-work';
import { recordKey } from '@lathe/contracts/subject';
import type { ModelServer } from '@lathe/platform/model-servers';
import { allowedServer } from '@lathe/platform/model-servers/allowed';
import type { NamedModels } from '@lathe/platform/records/named-model';
import { type FilePorts, getFile } from '../files/files.ts';
import { requireDoor } from '../models/doors.ts';
import { getModel } from '../models/models.ts';

/** Where models that write pairs may be. */
export type WriterPorts = NamedModels & { readonly modelServers: readonly ModelServer[] };

/**
 * What a file is to be made of. Throws `invalid_value` for a file that the project does not have and for a repair for a
 * model that is no base model, `model_not_found`, `unsupported_model` for a writer that is none, and
 * `insufficient_permissions` for one behind a server that the operator does not allow.
 */
export async function datasetInput(
  ports: FilePorts & WriterPorts,
  project: string,
  request: DatasetRequest,
): Promise<DataWorkInputs['dataset']> {
  // A file in the path is not found where one in the body is a wrong value.
  for (const id of filesOfRequest(request))
    await getFile(ports, project, id).catch((error: unknown) => {
      if (!(error instanceof LatheError) || error.code !== 'not_found') throw error;
      throw new LatheError('invalid_value', error.message, { param: paramOf(request) });
    });
  const { repair } = request;
  const learner =
    repair?.model === undefined ? undefined : await getModel(ports, project, repair.model);
  if (learner !== undefined && learner.kind !== 'base')
    throw new LatheError('invalid_value', `${JSON.stringify(repair?.model)} is no base model.`, {
      param: 'repair.model',
    });
  const writer = request.convert?.writer;
  if (writer?.url !== undefined)
    allowedServer(ports.modelServers, { url: writer.url, param: 'convert.writer.url' });
  else if (writer !== undefined) requireDoor(await getModel(ports, project, writer.model), 'chat');
  if (learner === undefined || repair === undefined) return { kind: 'dataset', request };
  return { kind: 'dataset', request: { ...request, repair: { ...repair, model: learner.name } } };
}

/** Where a request names its files. */
function paramOf({ convert, mix, split }: DatasetRequest): string {
  if (convert !== undefined) return 'convert.files';
  if (mix !== undefined) return 'mix.files';
  return split !== undefined ? 'split.file' : 'repair.file';
}

/** A dataset as lists show it. */
export function listedDataset(work: DataWorkOf<'dataset'>): ListedDataset {
  const { id, createdAt, finishedAt, state, input, progress, result, error } = work;
  const [file = null] = result?.files ?? [];
  const side = file === null ? undefined : sideFiles(file);
  const made = (one: string | undefined): string | null =>
    one !== undefined && result?.files.includes(one) === true ? one : null;
  return {
    id,
    object: 'lathe.dataset',
    created_at: createdAt,
    finished_at: finishedAt,
    status: state,
    request: input.request,
    progress: progress && {
      bytes: progress.bytes,
      total_bytes: progress.totalBytes,
      rows: progress.rows,
    },
    file,
    other_side: made(side?.other),
    evidence_file: made(side?.evidence),
    error,
  };
}

/** A dataset with the lineage of its file. */
export async function datasetObject(
  { files }: Pick<FilePorts, 'files'>,
  work: DataWorkOf<'dataset'>,
): Promise<DatasetObject> {
  const listed = listedDataset(work);
  const stored =
    listed.file === null ? null : await files.get(recordKey(work.project, listed.file));
  return { ...listed, lineage: stored?.value.lineage ?? null };
}

/** What a file was made of. Throws `not_found` also for a file that was uploaded. */
export async function lineageOf(ports: FilePorts, project: string, id: string): Promise<Lineage> {
  const { lineage } = await getFile(ports, project, id);
  if (lineage === undefined)
    throw new LatheError('not_found', `The file ${id} was uploaded, not made of other files.`, {
      param: 'id',
    });
  return lineage;
}
