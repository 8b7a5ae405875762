/** One turn of a conversation to learn from. */
export type Turn = {
  readonly role: 'user' | 'assistant';
  readonly content: string;
  /** 0: an earlier answer that only gives context, and is not learned again. */
  readonly weight?: 0;
};

/** Where a pair comes from and why it was taken. */
export type Evidence = {
  /** Name of the file, or of the entry of an archive. */
  readonly file: string;
  /** What to look for in it: ids of messages, a line, a heading. */
  readonly places: readonly string[];
  /** Which rule took it. */
  readonly rule: string;
  /** How sure the rule is, from 0 to 1. */
  readonly score: number;
  /** What belongs together and stays on one side of a split: a thread, a ticket, a page's question. */
  readonly group: string;
};

/** A question with its answer, what was said before, and its evidence. */
export type TalkPair = {
  /** Begins with the user, alternates, and ends with the answer. */
  readonly turns: readonly Turn[];
  /** Whether whoever asked rated the answer as good, where that is to be learned. */
  readonly label?: boolean;
  readonly evidence: Evidence;
};

/**
 * The pair of one question and one answer.
 * @example pairOf('Where is my order?', 'On its way.', evidence);
 */
export function pairOf(question: string, answer: string, evidence: Evidence): TalkPair {
  return {
    turns: [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ],
    evidence,
  };
}

/**
 * Turns that begin with the user and alternate: what one side says in a row is one turn, and what the assistant says
 * before anybody asked is left out.
 */
export function alternating(turns: readonly Turn[]): Turn[] {
  const out: Turn[] = [];
  for (const turn of turns) {
    const last = out.at(-1);
    if (last === undefined && turn.role === 'assistant') continue;
    if (last?.role === turn.role)
      out[out.length - 1] = { ...turn, content: `${last.content}\n\n${turn.content}` };
    else out.push(turn);
  }
  return out;
}
