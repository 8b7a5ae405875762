import { createHash } from 'node:crypto';
import { alternating, type TalkPair, type Turn } from '../pair.ts';
import { isRefusal } from '../replies.ts';
import type { Tally } from '../tally.ts';
import { asking, contentWords, fingerprint, tidy, wordsOf } from '../words.ts';
import { cleanMail } from './clean-mail.ts';
import type { Ticket } from './ticket.ts';

export type TicketRules = {
  /** Only tickets that are solved or closed, where the source says so. */
  readonly solvedOnly: boolean;
  /** Ratings become labels (KTO): rated tickets alone are used. Else those rated bad are left out. */
  readonly ratingsAsLabels: boolean;
  /** How many tickets may end with the same canned answer. */
  readonly mostPerMacro: number;
};

export const ticketDefaults: TicketRules = {
  solvedOnly: true,
  ratingsAsLabels: false,
  mostPerMacro: 3,
};

const solved = /^(?:solved|closed|resolved|done|complete[d]?)$/;
const automatic =
  /^(?:(?:your (?:request|ticket|message|e-?mail)|(?:we have|we've|we) received your|thank(?:s| you) for (?:contacting|your (?:message|request|e-?mail))|this is an auto(?:mated|matic)|ticket #?\d+ (?:was|has been)|\[automat|i am out of (?:the )?office|i'm out of (?:the )?office|automatic reply|(?:this|the) (?:ticket|request) (?:was|has been|is now) (?:closed|solved|merged|marked)))/i;
const putsOff =
  /\b(?:(?:look(?:ing)?|check(?:ing)?) into (?:it|this|that)|(?:get|come|be) back to you|(?:passed|forwarded|escalated)\b.{0,30}\b(?:on|to)\b|(?:i|we)(?:'ll| will| shall) (?:check|ask|find out|investigate|let you know|keep you (?:posted|updated)))\b/i;
const polite =
  /^(?:(?:you'?re|you are) (?:very |most )?welcome|(?:i am |i'm )?glad (?:to hear|that|i could)|(?:i am |i'm )?happy to help|great to hear|no problem|my pleasure|any ?time|thank(?:s| you)|(?:have|enjoy) (?:a|your) |good question|great question|(?:please )?let (?:me|us) know if|(?:please )?(?:do not|don't) hesitate|feel free to|hope (?:this|that) helps|i hope)\b[^.!?]*[.!?]*$/i;

/**
 * Makes one example a ticket: what the customer said is the user's, what agents answered in public the assistant's. Whatever
 * is left out, comment or ticket, is counted by reason. Remembers canned answers from ticket to ticket.
 */
export function ticketReader(
  rules: TicketRules,
  tally: Tally,
): (ticket: Ticket) => TalkPair | undefined {
  const macros = new Map<string, number>();
  return (ticket) => pairOfTicket(ticket, { rules, tally, macros });
}

type Work = {
  readonly rules: TicketRules;
  readonly tally: Tally;
  readonly macros: Map<string, number>;
};

function pairOfTicket(ticket: Ticket, { rules, tally, macros }: Work): TalkPair | undefined {
  const place = `${ticket.file} ticket ${ticket.id}`;
  const skip = (reason: string): undefined => {
    tally.add(reason, place);
    return undefined;
  };
  if (rules.solvedOnly && ticket.status !== '' && !solved.test(ticket.status))
    return skip(`a ticket with the status ${ticket.status.slice(0, 40)}`);
  if (rules.ratingsAsLabels && ticket.rating === undefined)
    return skip('a ticket that was not rated');
  if (!rules.ratingsAsLabels && ticket.rating === 'bad') return skip('a ticket that was rated bad');
  const { turns, used } = spoken(ticket, tally);
  while (turns.length > 0 && !isAnswer(turns.at(-1) as Turn)) {
    const last = turns.pop();
    if (last?.role === 'assistant') tally.add('an answer that asks back and is the last', place);
  }
  const answer = turns.at(-1);
  if (turns[0] === undefined || answer === undefined)
    return skip('a ticket without question and public answer');
  const macro = createHash('sha256')
    .update(fingerprint(said(answer.content)))
    .digest('base64');
  const before = macros.get(macro) ?? 0;
  if (before >= rules.mostPerMacro) return skip('a canned answer that is there often enough');
  macros.set(macro, before + 1);
  return {
    turns: withSubject(turns, ticket.subject),
    ...(rules.ratingsAsLabels && { label: ticket.rating === 'good' }),
    evidence: {
      file: ticket.file,
      places: [ticket.place, ...used],
      rule: rules.ratingsAsLabels ? `ticket, rated ${ticket.rating}` : 'ticket',
      score: scoreOf(ticket, turns),
      group: `ticket ${ticket.id}`,
    },
  };
}

/** The public comments that say something, cleaned, as turns that alternate. */
function spoken(ticket: Ticket, tally: Tally): { turns: Turn[]; used: string[] } {
  const turns: Turn[] = [];
  const used: string[] = [];
  for (const comment of ticket.comments) {
    const place = `${ticket.file} ticket ${ticket.id} comment ${comment.id}`;
    const text = comment.isPublic ? cleanMail(comment.text) : '';
    if (!comment.isPublic) tally.add('an internal note', place);
    else if (text === '') tally.add('a comment without words of its own', place);
    else if (automatic.test(text)) tally.add('an automatic comment', place);
    else if (comment.from === 'agent' && said(text) === '')
      tally.add('an answer that is only polite', place);
    else if (comment.from === 'agent' && putsOff.test(text) && wordsOf(text).length <= 40)
      tally.add('an answer that puts off', place);
    else {
      turns.push({ role: comment.from === 'agent' ? 'assistant' : 'user', content: text });
      used.push(`comment ${comment.id}`);
    }
  }
  return { turns: withoutRefused(alternating(turns)), used };
}

/** An answer that the customer refuses next gives context and is not learned. */
function withoutRefused(turns: readonly Turn[]): Turn[] {
  return turns.map((turn, at) => {
    const next = turns[at + 1];
    const isRefused = turn.role === 'assistant' && next !== undefined && isRefusal(next.content);
    return isRefused ? { ...turn, weight: 0 } : turn;
  });
}

function isAnswer({ role, content }: Turn): boolean {
  return (
    role === 'assistant' && !(asking(said(content)) === 'ends' && wordsOf(content).length <= 40)
  );
}

/** A text without the sentences that are only polite. */
function said(text: string): string {
  const sentences = text.split(/(?<=[.!?])\s+|\n+/);
  return sentences
    .filter((sentence) => !polite.test(sentence.trim()))
    .join(' ')
    .trim();
}

/** Puts the subject before the first question when it says something that the question does not. */
function withSubject(turns: readonly Turn[], subject: string): Turn[] {
  const [first, ...rest] = turns;
  if (first === undefined) return [];
  const plain = tidy(
    subject.replaceAll(/^(?:\s*(?:re|fwd?|aw|wg|tr|sv)\s*:|\s*\[[^\]]{1,40}\])+/gi, ''),
  );
  const said = contentWords(first.content);
  const isNew = [...contentWords(plain)].filter((word) => !said.has(word)).length > 0;
  return isNew && plain !== ''
    ? [{ ...first, content: `${plain}\n\n${first.content}` }, ...rest]
    : [...turns];
}

function scoreOf(ticket: Ticket, turns: readonly Turn[]): number {
  const answer = turns.at(-1)?.content ?? '';
  const score =
    0.5 +
    (solved.test(ticket.status) ? 0.15 : 0) +
    (ticket.rating === 'good' ? 0.2 : 0) +
    (wordsOf(answer).length >= 8 ? 0.15 : 0);
  return Math.round(score * 100) / 100;
}
