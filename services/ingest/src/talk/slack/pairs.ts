import { alternating, type TalkPair, type Turn } from '../pair.ts';
import { isMarkedDone, praiseOf } from '../replies.ts';
import type { Tally } from '../tally.ts';
import { shareTopic, wordsOf } from '../words.ts';
import type { Conversation, Told } from './conversations.ts';

export type PairRules = {
  /** Ids of those who answer; empty: anybody may. */
  readonly staff: ReadonlySet<string>;
  readonly leastScore: number;
  /** Turns before the question that stay with it. */
  readonly contextTurns: number;
};

type Where = {
  readonly rules: PairRules;
  readonly file: string;
  readonly channel: string;
  readonly tally: Tally;
};
type Reply = { readonly at: number; readonly said: Told; readonly accepted: boolean };

/** Turns after a question among which its answer is looked for. */
const reach = 200;
/** How many people may speak outside of a thread before an answer is none to the question any more. */
const sessionReach = 4;

/**
 * The questions of a conversation with the reply that answers each. Every message that becomes no part of a pair is
 * counted by reason.
 */
export function* pairsOf(conversation: Conversation, where: Where): Generator<TalkPair> {
  const { said } = conversation;
  const used = new Set<number>();
  const reasons = new Map<number, string>();
  let from = 0;
  for (let at = 0; at < said.length; at++) {
    const question = said[at] as Told;
    if (at < from) continue;
    if (question.asks === undefined || question.why === 'thanks') continue;
    // Who asks in a thread that began with another's question asks back, or asks the same.
    const [root] = said as [Told];
    const isOthers = at > 0 && question.user !== root.user && root.asks !== undefined;
    if (conversation.kind === 'thread' && isOthers) continue;
    const found = answerTo(conversation, at, { where, reasons });
    if (found === undefined) continue;
    const pair = pairOfReply(conversation, { at, reply: found }, where);
    if (pair.evidence.score < where.rules.leastScore) {
      reasons.set(at, 'a question whose best answer is below the least score');
      reasons.set(found.at, 'an answer below the least score');
      continue;
    }
    for (const index of pair.indexes) used.add(index);
    from = found.at + 1;
    const { indexes: _indexes, ...kept } = pair;
    yield kept;
  }
  for (const [index, one] of said.entries())
    if (!used.has(index))
      where.tally.add(
        reasons.get(index) ?? idleReason(one, said),
        `#${where.channel} ${one.ts}`,
        one.ids.length,
      );
}

/** The reply that answers best: accepted by who asked, by staff, praised, longest. */
function answerTo(
  { said, kind }: Conversation,
  at: number,
  { where, reasons }: { readonly where: Where; readonly reasons: Map<number, string> },
): Reply | undefined {
  const asker = (said[at] as Told).user;
  const { staff } = where.rules;
  const replies: Reply[] = [];
  const people = new Set(said.map((one) => one.user));
  let speakers = 0;
  let isAmong = false;
  for (let index = at + 1; index < Math.min(said.length, at + reach); index++) {
    const one = said[index] as Told;
    if (one.user === asker) {
      const last = replies.at(-1);
      if (last !== undefined && one.refuses) {
        reasons.set(last.at, 'an answer that the asker refused');
        replies.pop();
      } else if (last !== undefined && one.thanks) {
        // Thanks go to the last reply that is about the question, else to the last.
        const about = replies.findLastIndex((reply) =>
          shareTopic(reply.said.text, (said[at] as Told).text),
        );
        const place = about === -1 ? replies.length - 1 : about;
        replies[place] = { ...(replies[place] as Reply), accepted: true };
        if (one.asks === undefined) break;
      } else if (replies.length > 0 && one.asks === 'ends') break;
      continue;
    }
    if (kind === 'session') {
      if (++speakers > sessionReach) break;
      // Another's question begins another matter; from there on only who names the asker answers.
      isAmong ||= one.asks === 'ends' && !shareTopic(one.text, (said[at] as Told).text);
    }
    const named = one.mentions.filter((id) => id !== one.user && people.has(id));
    if (named.length > 0 ? !named.includes(asker) : isAmong) {
      reasons.set(index, "an answer to another's question");
      continue;
    }
    const why = one.why;
    if (why !== undefined) reasons.set(index, why);
    else if (staff.size > 0 && !staff.has(one.user))
      reasons.set(index, 'an answer by nobody of the staff');
    else replies.push({ at: index, said: one, accepted: isMarkedDone(one) });
  }
  if (replies.length === 0) reasons.set(at, 'a question without an answer');
  const rank = (reply: Reply): number[] => [
    reply.accepted ? 1 : 0,
    praiseOf(reply.said),
    shareTopic(reply.said.text, (said[at] as Told).text) ? 1 : 0,
    wordsOf(reply.said.text).length,
  ];
  const [best] = replies.toSorted((a, b) => compare(rank(b), rank(a)));
  for (const reply of replies)
    if (reply !== best) reasons.set(reply.at, 'another answer was better');
  return best;
}

function compare(one: readonly number[], other: readonly number[]): number {
  for (const [index, value] of one.entries()) {
    const difference = value - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The pair with what asker and answerer said before and in between. */
function pairOfReply(
  { said, kind, id }: Conversation,
  { at, reply }: { readonly at: number; readonly reply: Reply },
  { rules, file, channel }: Where,
): TalkPair & { readonly indexes: readonly number[] } {
  const question = said[at] as Told;
  const speakers = new Set([question.user, reply.said.user]);
  const first = kind === 'thread' ? Math.max(0, reply.at - rules.contextTurns) : at;
  const indexes: number[] = [];
  const turns: Turn[] = [];
  for (let index = Math.min(first, at); index <= reply.at; index++) {
    const one = said[index] as Told;
    if (!speakers.has(one.user)) continue;
    // What the answerer tells somebody else in between.
    const named = one.mentions.filter((user) => user !== one.user);
    if (index !== at && named.length > 0 && !named.some((user) => speakers.has(user))) continue;
    if (index > at && index < reply.at && one.user === question.user && one.thanks) continue;
    const isBetween = index > at && index < reply.at;
    if (isBetween && one.why === 'a reply that says nothing') continue;
    // What was refused is not there, so its refusal is not either.
    if (isBetween && one.user === question.user && one.refuses && wordsOf(one.text).length <= 8)
      continue;
    indexes.push(index);
    if (one.user === question.user) turns.push({ role: 'user', content: one.text });
    else if (index === reply.at) turns.push({ role: 'assistant', content: one.text });
    else turns.push({ role: 'assistant', content: one.text, weight: 0 });
  }
  const places = indexes.flatMap((index) => (said[index] as Told).ids);
  return {
    turns: lastLearned(alternating(turns)),
    evidence: {
      ...{ file, places },
      rule: reply.accepted ? `${kind}, accepted` : kind,
      score: scoreOf({ kind, question, reply, rules }),
      group: `${channel}/${id}`,
    },
    indexes,
  };
}

/** Only the last answer is learned; it keeps no weight of what it was joined with. */
function lastLearned(turns: readonly Turn[]): Turn[] {
  return turns.map(({ role, content }, index) =>
    role === 'assistant' && index < turns.length - 1
      ? { role, content, weight: 0 }
      : { role, content },
  );
}

/** From 0 to 1: how clear the question is, who answered, what the others thought of it. */
function scoreOf(of: {
  readonly kind: Conversation['kind'];
  readonly question: Told;
  readonly reply: Reply;
  readonly rules: PairRules;
}): number {
  const { kind, question, reply, rules } = of;
  const words = wordsOf(reply.said.text).length;
  const score =
    (question.asks === 'ends' ? 0.25 : 0.15) +
    (kind === 'thread' ? 0.15 : 0.05) +
    (rules.staff.size > 0 ? 0.2 : 0) +
    (reply.accepted ? 0.25 : 0) +
    (praiseOf(reply.said) > 0 ? 0.1 : 0) +
    (reply.said.mentions.includes(question.user) ? 0.1 : 0) +
    (words >= 8 ? 0.15 : words >= 4 ? 0.1 : 0) +
    (shareTopic(question.text, reply.said.text) ? 0.1 : 0);
  return Math.round(Math.min(1, score) * 100) / 100;
}

function idleReason(one: Told, said: readonly Told[]): string {
  if (one.thanks) return 'thanks';
  if (said.length === 1)
    return one.asks ? 'a question without an answer' : 'nobody answered and nothing was asked';
  return one.asks ? 'a question that goes with no pair' : 'talk around no question';
}
