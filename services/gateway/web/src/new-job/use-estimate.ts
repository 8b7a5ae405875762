import type { Estimate } from '@lathe/contracts/http/estimate';
import type { CreateJob } from '@lathe/contracts/http/fine-tuning';
import { useEffect, useState } from 'preact/hooks';
import { ask } from '../api/client.ts';

/** How long a form rests before it is estimated, and between two looks at an estimate that is under way. */
const restMs = 500;

export type Estimating = {
  readonly estimate: Estimate | undefined;
  readonly error: unknown;
  /** Whether a newer one is awaited. */
  readonly isBusy: boolean;
};

/** What a job would be, anew whenever the request is another. */
export function useEstimate(body: CreateJob | null): Estimating {
  const [state, setState] = useState<Estimating>({
    estimate: undefined,
    error: null,
    isBusy: false,
  });
  const text = JSON.stringify(body);
  useEffect(() => {
    if (body === null) return setState({ estimate: undefined, error: null, isBusy: false });
    const controller = new AbortController();
    const { signal } = controller;
    const rest = () => new Promise((resolve) => setTimeout(resolve, restMs));
    const look = async (): Promise<void> => {
      for (;;) {
        await rest();
        if (signal.aborted) return;
        const path = '/v1/fine_tuning/jobs/estimate';
        const estimate = await ask<Estimate>(path, { method: 'POST', body, signal });
        const isBusy = estimate.status === 'queued' || estimate.status === 'running';
        setState({ estimate, error: null, isBusy });
        if (!isBusy) return;
      }
    };
    setState((now) => ({ ...now, isBusy: true }));
    look().catch((error: unknown) => {
      if (!signal.aborted) setState({ estimate: undefined, error, isBusy: false });
    });
    return () => controller.abort();
  }, [text]);
  return state;
}
