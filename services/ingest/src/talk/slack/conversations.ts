import { isRefusal, isThanks, whyNoAnswer } from '../replies.ts';
import type { Tally } from '../tally.ts';
import { asking } from '../words.ts';
import type { SlackMessage } from './message.ts';

/** What one person says without pause. */
type Said = {
  readonly user: string;
  readonly text: string;
  /** Of its first message. */
  readonly ts: string;
  readonly lastAt: number;
  readonly ids: readonly string[];
  readonly mentions: readonly string[];
  readonly reactions: ReadonlyMap<string, readonly string[]>;
};

/** What is said, with what its words say of it: read once, since a thread looks at them again and again. */
export type Told = Said & {
  readonly asks: ReturnType<typeof asking>;
  /** Why it can be no answer. */
  readonly why: string | undefined;
  readonly thanks: boolean;
  readonly refuses: boolean;
};

/** Reads the words of what was said. */
function told(said: Said): Told {
  const { text } = said;
  return {
    ...said,
    asks: asking(text),
    why: whyNoAnswer(text),
    thanks: isThanks(text),
    refuses: isRefusal(text),
  };
}

export type Conversation = {
  readonly kind: 'thread' | 'session';
  /** The thread's ts, or that of the session's first message. */
  readonly id: string;
  readonly said: readonly Told[];
};

export type Gaps = {
  /** Silence that ends a session, and within which messages of one person are one. */
  readonly sessionMinutes: number;
  readonly mergeMinutes: number;
};

/**
 * The conversations of one channel: threads by `thread_ts`, then what was said outside of them, parted where nobody
 * spoke for the session's gap. Answers of a thread whose first message is not in the export are counted.
 */
export function* conversationsOf(
  messages: readonly SlackMessage[],
  {
    gaps,
    channel,
    tally,
  }: { readonly gaps: Gaps; readonly channel: string; readonly tally: Tally },
): Generator<Conversation> {
  const threads = new Map<string, SlackMessage[]>();
  const loose: SlackMessage[] = [];
  const seen = new Set<string>();
  const sorted = messages.toSorted((a, b) => a.at - b.at);
  const answered = new Set(
    sorted.map((one) => (one.threadTs === one.ts ? undefined : one.threadTs)),
  );
  for (const message of sorted) {
    if (seen.has(message.ts)) {
      tally.add('a message that is there twice', `#${channel} ${message.ts}`);
      continue;
    }
    seen.add(message.ts);
    const thread = message.threadTs ?? (answered.has(message.ts) ? message.ts : undefined);
    if (thread === undefined || (thread === message.ts && !answered.has(thread)))
      loose.push(message);
    else {
      const said = threads.get(thread) ?? [];
      said.push(message);
      threads.set(thread, said);
    }
  }
  for (const [id, said] of threads)
    if (said[0]?.ts === id)
      yield { kind: 'thread', id, said: merged(said, gaps.mergeMinutes).map(told) };
    else tally.add('a thread without its first message', `#${channel} ${id}`, said.length);
  let session: SlackMessage[] = [];
  const end = function* (): Generator<Conversation> {
    const [first] = session;
    if (first !== undefined)
      yield { kind: 'session', id: first.ts, said: merged(session, gaps.mergeMinutes).map(told) };
    session = [];
  };
  for (const message of loose) {
    const last = session.at(-1);
    if (last !== undefined && message.at - last.at > gaps.sessionMinutes * 60) yield* end();
    session.push(message);
  }
  yield* end();
}

/** Messages that one person sent within the gap are one; reactions to any of them are reactions to all. */
function merged(messages: readonly SlackMessage[], minutes: number): Said[] {
  const out: Said[] = [];
  for (const { user, text, ts, at, mentions, reactions } of messages) {
    const last = out.at(-1);
    const isNear = last?.user === user && at - last.lastAt <= minutes * 60;
    // "Let me check" before the answer itself.
    if (isNear && whyNoAnswer(last.text) === 'a reply that says nothing') {
      const all = new Map([...last.reactions, ...reactions]);
      out[out.length - 1] = { ...last, text, lastAt: at, ids: [...last.ids, ts], reactions: all };
    } else if (isNear)
      out[out.length - 1] = {
        ...last,
        text: `${last.text}\n${text}`,
        lastAt: at,
        ids: [...last.ids, ts],
        mentions: [...last.mentions, ...mentions],
        reactions: new Map([...last.reactions, ...reactions]),
      };
    else out.push({ user, text, ts, lastAt: at, ids: [ts], mentions, reactions });
  }
  return out;
}
