import { LatheError } from '@lathe/contracts/error';
import type { LatheOptions } from '@lathe/contracts/http/fine-tuning';
import { findNamedModel } from '@lathe/platform/records/named-model';
import { type FilePorts, getFile } from '../files/files.ts';
import { BadReference } from '../http/failure.ts';
import { requireDoor } from '../models/doors.ts';
import { type ContestantPorts, requireWriting } from './job-contestants.ts';

/** What files of documents may be uploaded as. */
const purposes: readonly string[] = ['user_data', 'fine-tune'];

/**
 * What a job's contestants look things up by and in, the model under its own name. Undefined where it names neither. Throws
 * errors that name the field at fault.
 */
export async function namedRetrieval(
  ports: ContestantPorts & FilePorts,
  project: string,
  job: Parameters<typeof requireWriting>[0],
): Promise<LatheOptions['retrieval']> {
  const asked = job.body.lathe?.retrieval;
  if (asked === undefined) return undefined;
  requireWriting(job, 'lathe.retrieval');
  const { model, file } = asked;
  if (file !== undefined) await requireDocuments(ports, project, file);
  if (model === undefined) return asked;
  const param = 'lathe.retrieval.model';
  const found = await findNamedModel(ports, project, model);
  if (found === undefined)
    throw new BadReference('model_not_found', `The model '${model}' does not exist.`, { param });
  try {
    requireDoor(found, 'embeddings');
  } catch (error) {
    if (!(error instanceof LatheError)) throw error;
    throw new LatheError(error.code, error.message, { param, cause: error });
  }
  return { ...asked, model: found.name };
}

async function requireDocuments(ports: FilePorts, project: string, id: string): Promise<void> {
  const param = 'lathe.retrieval.file';
  try {
    const { purpose } = await getFile(ports, project, id);
    if (!purposes.includes(purpose))
      throw new LatheError(
        'invalid_value',
        `'${param}' has the purpose '${purpose}'; upload it with the purpose 'user_data'.`,
        { param },
      );
  } catch (error) {
    if (!(error instanceof LatheError) || error.code !== 'not_found') throw error;
    throw new BadReference('not_found', `'${param}' names no file: ${id} does not exist.`, {
      param,
      cause: error,
    });
  }
}
