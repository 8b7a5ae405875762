import type { Reacted } from '../replies.ts';
import type { Tally } from '../tally.ts';
import { tidy } from '../words.ts';

/** A message of a Slack export as far as it is used. */
export type SlackMessage = Reacted & {
  /** Seconds since 1970 with six decimals, as text: the id of the message in its channel. */
  readonly ts: string;
  readonly at: number;
  readonly threadTs: string | undefined;
  readonly user: string;
  readonly text: string;
  /** Ids of the people that it names. */
  readonly mentions: readonly string[];
};

/** What mentions are resolved with. */
export type Names = {
  readonly users: ReadonlyMap<string, string>;
  readonly bots: ReadonlySet<string>;
};

/** Subtypes in which a person says something. */
const spoken = new Set(['thread_broadcast', 'file_share', 'me_message']);

type Json = Readonly<Record<string, unknown>>;
const string = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Reads a message; one that no person wrote, or that says nothing, is counted by reason. */
export function readMessage(
  value: unknown,
  {
    channel,
    names,
    tally,
  }: { readonly channel: string; readonly names: Names; readonly tally: Tally },
): SlackMessage | undefined {
  const json: Json = typeof value === 'object' && value !== null ? (value as Json) : {};
  const ts = string(json.ts);
  const place = `#${channel} ${ts}`;
  const skip = (reason: string): undefined => {
    tally.add(reason, place);
    return undefined;
  };
  const at = Number(ts);
  if (!/^\d{1,12}(?:\.\d{1,9})?$/.test(ts)) return skip('an entry that is no message');
  const subtype = string(json.subtype);
  const user = string(json.user);
  if (subtype !== '' && !spoken.has(subtype)) return skip(`subtype ${subtype.slice(0, 40)}`);
  if (string(json.bot_id) !== '' || names.bots.has(user)) return skip('written by a bot');
  if (user === '') return skip('a message without its author');
  const raw = string(json.text);
  const text = resolveText(raw, names);
  if (text === '')
    return skip(Array.isArray(json.files) ? 'a file without words' : 'an empty message');
  const thread = string(json.thread_ts);
  return {
    ...{ ts, at, user, text },
    mentions: [...raw.matchAll(/<@([A-Z0-9]{2,20})[|>]/g)].map((found) => found[1] ?? ''),
    threadTs: thread === '' ? undefined : thread,
    reactions: reactionsOf(json.reactions),
  };
}

/**
 * Slack's markup as people read it: mentions by name (left out where they only address), channels, links with their
 * label, dates, entities.
 */
function resolveText(text: string, { users }: Pick<Names, 'users'>): string {
  const said = text.replaceAll(/<([^<>]{1,4000})>/g, (_whole, inner: string) => {
    const bar = inner.indexOf('|');
    const target = bar === -1 ? inner : inner.slice(0, bar);
    const label = bar === -1 ? '' : inner.slice(bar + 1);
    if (target.startsWith('@')) return `@${users.get(target.slice(1)) ?? (label || 'someone')}`;
    if (target.startsWith('#')) return `#${label || 'channel'}`;
    if (target.startsWith('!subteam')) return label.startsWith('@') ? label : `@${label || 'team'}`;
    if (target.startsWith('!date')) return label;
    if (target.startsWith('!')) return `@${label || target.slice(1)}`;
    const plain = target.replace(/^mailto:|^tel:/, '');
    return label === '' || label === plain || label === target || plain.endsWith(`//${label}`)
      ? plain
      : `${label} (${plain})`;
  });
  const decoded = said.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return tidy(withoutAddress(decoded, users));
}

/** A text without the names that it begins with: whom it was said to is no part of what was said. */
function withoutAddress(text: string, users: ReadonlyMap<string, string>): string {
  const names = new Set([...users.values(), 'someone', 'here', 'channel', 'everyone']);
  let rest = text.trimStart();
  for (;;) {
    if (!rest.startsWith('@')) return rest;
    const name = [...names]
      .filter((each) => rest.startsWith(`@${each}`))
      .toSorted((a, b) => b.length - a.length)[0];
    if (name === undefined) return rest;
    rest = rest.slice(name.length + 1).replace(/^[\s,:;–-]+/, '');
  }
}

function reactionsOf(value: unknown): Map<string, readonly string[]> {
  const reactions = new Map<string, readonly string[]>();
  for (const one of Array.isArray(value) ? value.slice(0, 100) : []) {
    const json: Json = typeof one === 'object' && one !== null ? (one as Json) : {};
    const users = Array.isArray(json.users) ? json.users.map(string) : [];
    const name = string(json.name).split('::')[0] ?? '';
    if (name !== '') reactions.set(name, users);
  }
  return reactions;
}
