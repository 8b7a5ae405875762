/** Server-made identifiers: a readable prefix and 24 characters of the given random bytes. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyz';

export type IdKind =
  | 'file'
  | 'upload'
  | 'uploadPart'
  | 'job'
  | 'checkpoint'
  | 'completion'
  | 'call'
  | 'text'
  | 'prediction'
  | 'moderation'
  | 'request'
  | 'attempt'
  | 'inspection'
  | 'dataset'
  | 'eval'
  | 'evalRun'
  | 'evalItem'
  | 'batch'
  | 'batchAnswer'
  | 'export'
  | 'key'
  | 'gateway';

const prefixes: Record<IdKind, string> = {
  file: 'file-',
  upload: 'upload_',
  uploadPart: 'part_',
  job: 'ftjob-',
  checkpoint: 'ftckpt_',
  completion: 'chatcmpl-',
  call: 'call_',
  prediction: 'pred-',
  moderation: 'modr-',
  text: 'cmpl-',
  request: 'req_',
  attempt: 'at_',
  inspection: 'insp_',
  dataset: 'dset_',
  eval: 'eval_',
  evalRun: 'evalrun_',
  evalItem: 'outputitem_',
  batch: 'batch_',
  batchAnswer: 'batch_req_',
  export: 'export_',
  key: 'key_',
  gateway: 'gateway_',
};

/**
 * A new id of the kind, for example `ftjob-4f…`. Unique for all practical purposes (2^137 values).
 * @example newId('job'); // ftjob-4f…
 */
export function newId(kind: IdKind): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return prefixes[kind] + Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join('');
}

/**
 * The id that something of the kind has by what it is made from: the same seed always gives the same id.
 * @example await derivedId('completion', 'batch_4f…/0'); // chatcmpl-9a…
 */
export async function derivedId(kind: IdKind, seed: string): Promise<string> {
  const hash = new Uint8Array(
    await crypto.subtle.digest('SHA-256', new TextEncoder().encode(seed)),
  );
  // Not by a Buffer, which the browser, whose pages are typed by the contracts, has not.
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return prefixes[kind] + hex.slice(0, 48);
}

/** Whether the text has the form of an id of the kind; anything else is refused before it becomes a key. */
export function isId(kind: IdKind, text: string): boolean {
  return (
    text.startsWith(prefixes[kind]) && /^[0-9A-Za-z]{8,64}$/.test(text.slice(prefixes[kind].length))
  );
}

/** A project's name as it stands in keys and subjects. */
export const projectPattern = /^[a-z0-9][a-z0-9-]{0,39}$/;
