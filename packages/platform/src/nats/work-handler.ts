import type { WorkMessage } from '@lathe/contracts/message/work';

/** How a piece of work ended. */
export type WorkResult =
  /** Everything that it should change is stored. */
  | { readonly kind: 'done' }
  /** Deliver it again later, to any service of this stage. */
  | { readonly kind: 'retry'; readonly delayMs: number }
  /** It is void, for example of an old epoch: never deliver it again. */
  | { readonly kind: 'drop'; readonly reason: string };

export type WorkContext = {
  /** Says that something moved: without it the message goes to another service after the ack wait. */
  progress(): void;
  /** Aborted at shutdown, and when the message was lost because nothing moved for too long. */
  readonly signal: AbortSignal;
  /** 1 at the first delivery. */
  readonly deliveries: number;
  readonly lastDelivery: boolean;
};

/**
 * @example const handler: WorkHandler = async () => ({ kind: 'retry', delayMs: 1_000 });
 */
export type WorkHandler = (message: WorkMessage, context: WorkContext) => Promise<WorkResult>;

export type ConsumeOptions = {
  /** Pieces of work at a time. */
  readonly concurrency: number;
  /** Ends the consuming; running work sees its own signal aborted and is waited for. */
  readonly signal: AbortSignal;
  /**
   * Called when work threw an error that no retry can cure, or threw at its last delivery. What the infrastructure made
   * fail (infrastructure.ts) is tried for as long as that is away instead.
   */
  readonly onFailure: (message: WorkMessage, error: unknown) => Promise<void>;
  /**
   * The work is held for long, mostly to wait: deliveries that were held for a long time are forgotten, so
   * that only services that ended soon after taking the work, several in a row, use them up.
   */
  readonly heldLong?: boolean;
  /** Longest wait for messages before asking again. */
  readonly pollMs?: number;
  /** First delay after an error; it doubles with each delivery up to a minute. */
  readonly retryDelayMs?: number;
};
