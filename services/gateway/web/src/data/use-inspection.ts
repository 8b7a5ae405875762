import type { InspectionObject, InspectRequest } from '@lathe/contracts/http/inspection';
import { useEffect, useState } from 'preact/hooks';
import { ApiError, ask } from '../api/client.ts';

/** How often an inspection that is under way is looked at. */
const lookMs = 400;

export type Inspecting = {
  readonly inspection: InspectionObject | undefined;
  readonly error: unknown;
  readonly again: () => void;
};

/**
 * Has a file looked at as a job with these options would read it, and follows that until it is over. What was found before in
 * this tab is shown again: a file does not change.
 */
export function useInspection(file: string, options: InspectRequest): Inspecting {
  const [state, setState] = useState<Omit<Inspecting, 'again'>>({
    inspection: undefined,
    error: null,
  });
  const [tries, setTries] = useState(0);
  const body = JSON.stringify(options);
  useEffect(() => {
    const { signal, ...controller } = abortable();
    const place = `lathe.inspection ${file} ${body}`;
    const begin = (): Promise<InspectionObject> =>
      ask(`/v1/lathe/files/${encodeURIComponent(file)}/inspect`, {
        ...{ method: 'POST', body: JSON.parse(body) as unknown, signal },
      });
    const follow = async (): Promise<void> => {
      let seen = (tries === 0 ? await findBefore(place, signal) : null) ?? (await begin());
      while (!signal.aborted) {
        setState({ inspection: seen, error: null });
        if (seen.status !== 'queued' && seen.status !== 'running') return keep(place, seen);
        await new Promise((resolve) => setTimeout(resolve, lookMs));
        seen = await ask<InspectionObject>(`/v1/lathe/inspections/${seen.id}`, { signal });
      }
    };
    setState(({ inspection }) => ({ inspection, error: null }));
    follow().catch((error: unknown) => {
      if (!signal.aborted) setState(({ inspection }) => ({ inspection, error }));
    });
    return controller.abort;
  }, [file, body, tries]);
  return { ...state, again: () => setTries((count) => count + 1) };
}

/** What was found before; null where nothing was, or it has been deleted since. */
async function findBefore(place: string, signal: AbortSignal): Promise<InspectionObject | null> {
  const id = sessionStorage.getItem(place);
  if (id === null) return null;
  try {
    return await ask<InspectionObject>(`/v1/lathe/inspections/${id}`, { signal });
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/** Remembers what was found, unless no model learns from the rows: one may be fetched. */
function keep(place: string, { id, report }: InspectionObject): void {
  if (report !== null && report.model !== null) sessionStorage.setItem(place, id);
}

function abortable(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
