/** One comment of a ticket, or one mail of a thread. */
export type Comment = {
  readonly id: string;
  readonly from: 'customer' | 'agent';
  /** An internal note, or mail between agents: never used. */
  readonly isPublic: boolean;
  readonly text: string;
};

/** A ticket in the one form that all sources are read into. */
export type Ticket = {
  readonly id: string;
  readonly subject: string;
  /** In lower case; empty when the source does not say. */
  readonly status: string;
  readonly rating: 'good' | 'bad' | undefined;
  readonly comments: readonly Comment[];
  /** Where it stands: the file, and the line or place in it. */
  readonly file: string;
  readonly place: string;
};

/** What sources say of satisfaction: `good`, `bad`, or a number of 1 to 5 of which 4 and 5 are good and 1 and 2 bad. */
export function ratingOf(value: unknown): Ticket['rating'] {
  const text = String(value ?? '')
    .trim()
    .toLowerCase();
  if (/^(?:good|positive|satisfied|happy|great|up|yes)\b/.test(text)) return 'good';
  if (/^(?:bad|negative|unsatisfied|dissatisfied|unhappy|down|no)\b/.test(text)) return 'bad';
  const stars = /^([1-5])(?:\.0)?(?:\s*\/\s*5)?$/.exec(text)?.[1];
  if (stars === undefined || stars === '3') return undefined;
  return Number(stars) > 3 ? 'good' : 'bad';
}

/** Whether words for a role mean someone who answers. */
export function isAgentRole(role: string): boolean {
  return /^(?:agent|admin|administrator|staff|support|operator|teammate|owner|light_agent|employee)$/i.test(
    role.trim(),
  );
}
