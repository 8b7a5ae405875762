import { asking, wordsOf } from './words.ts';

/** Who reacted to something, by the reaction's name. */
export type Reacted = { readonly reactions: ReadonlyMap<string, readonly string[]> };

const thanks =
  /\b(?:thanks|thank you|thankyou|thx|tnx|ty|cheers|danke|merci|gracias|(?:that|this|it) (?:worked|works|did it|fixed|helped|helps)|works now|working now|fixed it|perfect|got it|awesome|solved|sorted|brilliant|that did the trick|makes sense)\b/iu;
const refused =
  /\b(?:(?:did|does|do|doesn|didn|don)(?:'?t| not)\b.{0,20}\b(?:work|help|fix|do it|change)|still (?:not|fail|the same|broken|get|see|no)|(?:cannot|can'?t|could ?n'?t|could not) (?:find|see|do|open)|no luck|nope|not (?:that|it|working)|same (?:error|problem|issue|thing)|that'?s not|(?:that|it)'?s wrong)\b/iu;
/** What people say who have nothing to say to the question. */
const empty =
  /^(?:\+1|same(?: here| question| issue| problem)?|me too|following|bump|up|any (?:news|update|luck)s?|no idea|(?:i )?(?:dunno|don'?t know)|not sure(?: either)?|good question|great question|hm+|lol|haha+|ok(?:ay)?|yep|yes|no|nope|sure|done|nice|cool|on it|looking|let me (?:check|look|see|ask)|(?:i'?ll|i will|we'?ll) (?:check|look|ask|find out|have a look|get back)|one (?:sec|second|moment|minute)|checking|interested too|:[a-z0-9_+-]+:|[\s.!…,])+(?: (?:too|now|please|it|this|that|in(?:to)? (?:it|this)|and get back(?: to you)?|brb|back))?[\s.!…]*(?::[a-z0-9_+-]+:\s*)*$/iu;
const agreement = ['white_check_mark', 'heavy_check_mark', 'ballot_box_with_check', '100'];
const praise = [
  ...agreement,
  '+1',
  'thumbsup',
  'heart',
  'pray',
  'raised_hands',
  'tada',
  'bulb',
  'star',
  'clap',
  'bow',
  'ok_hand',
];

/** Whether a text thanks and takes nothing back. */
export function isThanks(text: string): boolean {
  return thanks.test(text) && !isRefusal(text);
}

/** Whether a text says that an answer was none. */
export function isRefusal(text: string): boolean {
  return refused.test(text);
}

/** Why a reply cannot be an answer; undefined when it can. */
export function whyNoAnswer(text: string): string | undefined {
  if (empty.test(text.trim())) return 'a reply that says nothing';
  if (asking(text) === 'ends' && wordsOf(text).length <= 40) return 'a question in return';
  if (isThanks(text) && wordsOf(text).length <= 12) return 'thanks';
  return undefined;
}

/** Whether someone, or this person, marked it as done (✅). */
export function isMarkedDone(said: Reacted): boolean {
  return agreement.some((name) => said.reactions.has(name));
}

/** How many people reacted to it in a good way. */
export function praiseOf(said: Reacted): number {
  const people = new Set(praise.flatMap((name) => said.reactions.get(name) ?? []));
  return people.size;
}
