import type { InspectionObject, InspectRequest } from '@lathe/contracts/http/inspection';
import { useEffect, useState } from 'preact/hooks';
import { ask } from '../api/client.ts';

/** How often an inspection that is under way is looked at. */
const lookMs = 400;

export type Inspecting = {
  readonly inspection: InspectionObject | undefined;
  readonly error: unknown;
  readonly again: () => void;
};

/** Has a file looked at as a job with these options would read it, and follows that until it is over. */
export function useInspection(file: string, options: InspectRequest): Inspecting {
  const [state, setState] = useState<Omit<Inspecting, 'again'>>({
    inspection: undefined,
    error: null,
  });
  const [tries, setTries] = useState(0);
  const body = JSON.stringify(options);
  useEffect(() => {
    const { signal, ...controller } = abortable();
    const follow = async (): Promise<void> => {
      const path = `/v1/lathe/files/${encodeURIComponent(file)}/inspect`;
      const asked = { method: 'POST', body: JSON.parse(body) as unknown, signal } as const;
      let seen = await ask<InspectionObject>(path, asked);
      while (!signal.aborted) {
        setState({ inspection: seen, error: null });
        if (seen.status !== 'queued' && seen.status !== 'running') return;
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

function abortable(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
