import { uploadPrefix } from '@lathe/contracts/artifact/key';
import { LatheError } from '@lathe/contracts/error';
import type { CreateUpload, UploadObject } from '@lathe/contracts/http/upload';
import { isId, newId } from '@lathe/contracts/id';
import type { UploadRecord } from '@lathe/contracts/record/upload';
import { recordKey } from '@lathe/contracts/subject';
import { sizeText } from '@lathe/contracts/words/size';
import type { Records } from '@lathe/platform/records';
import { changeRecord } from '@lathe/platform/records/change';
import { type FilePorts, fileObject } from '../files/files.ts';
import { printableFilename } from '../files/uploads.ts';

export type UploadPorts = FilePorts & Pick<Records, 'uploads'>;

export type UploadSettings = {
  /** Largest file. */
  readonly maxFileBytes: number;
  /** How long an upload takes parts. */
  readonly uploadOpenMs: number;
  /** Largest part. */
  readonly uploadPartBytes: number;
  /** How long a part may send nothing. */
  readonly uploadIdleMs: number;
  /** Age from which bytes that nobody asks for any more are deleted. */
  readonly orphanAfterMs: number;
};

/** Begins a file that comes in parts. Throws `file_too_large`. */
export async function createUpload(
  ports: UploadPorts,
  asked: { readonly project: string; readonly requestId: string; readonly body: CreateUpload },
  settings: UploadSettings,
): Promise<UploadRecord> {
  const { project, requestId, body } = asked;
  if (body.bytes > settings.maxFileBytes)
    throw new LatheError(
      'file_too_large',
      `The file would be larger than ${sizeText(settings.maxFileBytes)}.`,
      { param: 'bytes' },
    );
  const nowMs = ports.now();
  const record: UploadRecord = {
    ...{ version: 1, id: newId('upload'), project, requestId },
    ...{ createdAt: Math.floor(nowMs / 1000), createdMs: nowMs },
    expiresAt: Math.floor((nowMs + settings.uploadOpenMs) / 1000),
    ...{ filename: printableFilename(body.filename), purpose: body.purpose, bytes: body.bytes },
    lifetime: body.expires_after?.seconds ?? null,
    ...{ state: 'pending', fileId: null },
  };
  await ports.uploads.create(recordKey(project, record.id), record);
  return record;
}

/** An upload of the project. Throws `not_found`. */
export async function getUpload(
  { uploads }: Pick<UploadPorts, 'uploads'>,
  project: string,
  id: string,
): Promise<UploadRecord> {
  const stored = isId('upload', id) ? await uploads.get(recordKey(project, id)) : null;
  if (stored === null)
    throw new LatheError('not_found', `No upload ${JSON.stringify(id)} exists.`, {
      param: 'upload_id',
    });
  return stored.value;
}

/** Throws `invalid_state` for an upload that takes nothing more. */
export function requirePending(upload: UploadRecord, nowMs: number): void {
  const status = statusOf(upload, nowMs);
  if (status !== 'pending')
    throw new LatheError(
      'invalid_state',
      `The upload ${upload.id} is ${status} and takes nothing more.`,
      { retryable: false },
    );
}

/** The record in another state. Throws `invalid_state` where it takes nothing more, and `not_found`. */
export async function endUpload(
  ports: UploadPorts,
  { project, id }: UploadRecord,
  end: Pick<UploadRecord, 'state' | 'fileId'>,
): Promise<UploadRecord> {
  const ended = await changeRecord(ports.uploads, recordKey(project, id), (record) => {
    requirePending(record, ports.now());
    return { ...record, ...end };
  });
  return ended ?? getUpload(ports, project, id);
}

/** Ends an upload of which no file is made, and deletes its parts. Throws what `endUpload` throws. */
export async function cancelUpload(
  ports: UploadPorts,
  upload: UploadRecord,
): Promise<UploadRecord> {
  const ended = await endUpload(ports, upload, { state: 'cancelled', fileId: null });
  await ports.artifacts.deletePrefix(uploadPrefix(upload.project, upload.id));
  return ended;
}

/** The `upload` object, with its file once there is one. */
export async function uploadObject(
  ports: UploadPorts,
  upload: UploadRecord,
): Promise<UploadObject> {
  const { id, project, bytes, createdAt, expiresAt, filename, purpose, fileId } = upload;
  const file = fileId === null ? null : await ports.files.get(recordKey(project, fileId));
  return {
    ...{ id, object: 'upload', bytes, created_at: createdAt, expires_at: expiresAt },
    ...{ filename, purpose, status: statusOf(upload, ports.now()) },
    file: file === null ? null : fileObject(file.value),
  };
}

/** Forgets uploads of all projects whose time is over, with the parts that are left of them. Returns how many. */
export async function eraseOldUploads(
  { uploads, artifacts, now }: UploadPorts,
  { orphanAfterMs }: Pick<UploadSettings, 'orphanAfterMs'>,
): Promise<number> {
  // One that was complete just in time may still be put together.
  const before = now() - orphanAfterMs;
  const old = (await uploads.list('')).filter(({ value }) => value.expiresAt * 1000 <= before);
  for (const { key, value } of old) {
    await artifacts.deletePrefix(uploadPrefix(value.project, value.id));
    await uploads.delete(key);
  }
  return old.length;
}

function statusOf({ state, expiresAt }: UploadRecord, nowMs: number): UploadObject['status'] {
  return state === 'pending' && expiresAt * 1000 <= nowMs ? 'expired' : state;
}
