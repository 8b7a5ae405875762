import type { JobEvent } from '@lathe/contracts/message/event';

/** An event as the controller thinks of it. */
export type ControllerEvent = {
  readonly name: JobEvent['name'];
  readonly message: string;
  readonly level?: JobEvent['level'];
  readonly type?: JobEvent['type'];
  readonly data?: Record<string, unknown>;
  /** Names what happened, so that telling it twice stores it once. */
  readonly dedupeId: string;
};

/** The event as it travels. */
export function jobEvent(
  job: { readonly project: string; readonly id: string },
  event: ControllerEvent,
  nowMs: number,
): JobEvent {
  return {
    version: 1,
    project: job.project,
    jobId: job.id,
    name: event.name,
    createdAt: Math.floor(nowMs / 1000),
    level: event.level ?? 'info',
    message: event.message,
    type: event.type ?? 'message',
    data: event.data ?? {},
  };
}
