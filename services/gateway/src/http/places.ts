import type { RecordStore } from '@lathe/platform/records/port';
import { z } from 'zod';

/**
 * Where something stood in its project's list before it was deleted, so that whoever pages through the list goes on from
 * there. It is forgotten after a day, as the bucket of claims forgets everything.
 */
export const placeSchema = z.object({
  version: z.literal(1),
  /** Milliseconds. */
  createdMs: z.number(),
});
export type Place = z.infer<typeof placeSchema>;

type Placed = { readonly project: string; readonly id: string; readonly createdMs: number };

/** Keeps the place of something that is about to be deleted. */
export async function rememberPlace(
  places: RecordStore<Place>,
  { project, id, createdMs }: Placed,
): Promise<void> {
  await places.put(placeKey(project, id), { version: 1, createdMs });
}

/** When something was created that is gone; undefined when nobody knows of it. */
export async function placeOf(
  places: RecordStore<Place>,
  project: string,
  id: string,
): Promise<number | undefined> {
  // What a user sends as a cursor becomes part of a key.
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(id)) return undefined;
  return (await places.get(placeKey(project, id)))?.value.createdMs;
}

/** No project has capitals, so none finds these among its claims. */
function placeKey(project: string, id: string): string {
  return `GONE.${project}.${id}`;
}
