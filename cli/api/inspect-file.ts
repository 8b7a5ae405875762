import { type InspectionObject, inspectionObjectSchema } from '@lathe/contracts/http/inspection';
import type { Api } from './api.ts';
import { poll } from './poll.ts';

/** Where an inspection stands. */
export const inspectionPath = ({ id }: Pick<InspectionObject, 'id'>): string =>
  `/lathe/inspections/${encodeURIComponent(id)}`;

/** Has a file looked at as a job with these fields would read it, and waits for the end, whatever it is. */
export async function inspectFile(
  api: Api,
  file: string,
  { body, signal }: { readonly body: object; readonly signal: AbortSignal },
): Promise<InspectionObject> {
  const path = `/lathe/files/${encodeURIComponent(file)}/inspect`;
  const begun = await api.post(path, inspectionObjectSchema, body);
  return poll(
    () => api.get(inspectionPath(begun), inspectionObjectSchema),
    ({ status }) => status !== 'queued' && status !== 'running',
    signal,
  );
}
