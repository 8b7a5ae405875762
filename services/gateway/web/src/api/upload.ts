import type { ErrorBody } from '@lathe/contracts/http/error';
import type { FileObject } from '@lathe/contracts/http/file';
import { ApiError } from './client.ts';
import { currentKey } from './session.ts';

/** What a file is uploaded for: rows to learn, or something that rows are made of. */
export type UploadPurpose = 'fine-tune' | 'user_data';

/**
 * Uploads a file and tells how much of it has gone, from 0 to 1. Not by `fetch`, which does not tell. Throws an ApiError
 * with the API's sentence.
 */
export function upload(
  file: File,
  purpose: UploadPurpose,
  onShare: (share: number) => void,
): Promise<FileObject> {
  const form = new FormData();
  form.set('purpose', purpose);
  form.set('file', file, file.name);
  const request = new XMLHttpRequest();
  const { promise, resolve, reject } = Promise.withResolvers<FileObject>();
  request.upload.onprogress = ({ loaded, total }) => onShare(total === 0 ? 0 : loaded / total);
  request.onerror = () =>
    reject(new ApiError(0, 'The upload was cut off: the gateway does not answer.'));
  request.onload = () => {
    const { status, responseText } = request;
    if (status === 200) return resolve(JSON.parse(responseText) as FileObject);
    reject(refusal(status, responseText));
  };
  request.open('POST', '/v1/files');
  request.setRequestHeader('authorization', `Bearer ${currentKey() ?? ''}`);
  request.send(form);
  return promise;
}

function refusal(status: number, text: string): ApiError {
  try {
    const { error } = JSON.parse(text) as ErrorBody;
    return new ApiError(status, error.message, error);
  } catch {
    return new ApiError(status, `The gateway answered ${status} without saying why.`);
  }
}
