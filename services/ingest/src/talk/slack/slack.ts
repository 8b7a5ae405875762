import { LatheError } from '@lathe/contracts/error';
import { isDeeperThan } from '@lathe/contracts/json-depth';
import type { TalkPair } from '../pair.ts';
import type { Tally } from '../tally.ts';
import { utf8 } from '../utf8.ts';
import { type Conversation, conversationsOf, type Gaps } from './conversations.ts';
import { type Names, readMessage, type SlackMessage } from './message.ts';
import { type PairRules, pairsOf } from './pairs.ts';

/** An entry of an archive. Its name is only compared, and nothing is written by it. */
export type ArchiveEntry = { readonly name: string; readonly read: () => Promise<Uint8Array> };

export type SlackOptions = Gaps &
  Omit<PairRules, 'staff'> & {
    /** Ids, names or addresses of those who answer; empty: anybody may. */
    readonly staff: readonly string[];
    /** Channels by name; empty: all. */
    readonly channels: readonly string[];
  };

export const slackDefaults: SlackOptions = {
  sessionMinutes: 30,
  mergeMinutes: 5,
  leastScore: 0.55,
  contextTurns: 6,
  staff: [],
  channels: [],
};

const day = /^(?:[^/]+\/)??([^/]+)\/\d{4}-\d{2}-\d{2}\.json$/;
const list =
  /^(?:[^/]+\/)?(?:channels|groups|dms|mpims|users|org_users|integration_logs|canvases|lists|huddle_transcripts|file_conversations)\.json$/;
const deepest = 64;

type Reading = { readonly options: SlackOptions; readonly tally: Tally };

/** The questions and answers of a Slack export, channel by channel. Throws what `slackConversations` throws. */
export async function* slackPairs(
  entries: readonly ArchiveEntry[],
  reading: Reading,
): AsyncGenerator<TalkPair> {
  const { options, tally } = reading;
  for await (const { channel, staff, ...conversation } of slackConversations(entries, reading))
    yield* pairsOf(conversation, { rules: { ...options, staff }, file: channel, channel, tally });
}

/**
 * What was said in a Slack export, conversation by conversation, with the ids of those who answer. Names of entries that would lead out of the archive
 * are counted and not read. Throws `invalid_file_format` for an archive that is no export, and `invalid_value` for a
 * staff list that names somebody who is not there.
 */
export async function* slackConversations(
  entries: readonly ArchiveEntry[],
  { options, tally }: Reading,
): AsyncGenerator<
  Conversation & { readonly channel: string; readonly staff: ReadonlySet<string> }
> {
  const people = await readPeople(entries, tally);
  const staff = staffOf(people, options.staff);
  const wanted = options.channels.map((name) => name.replace(/^#/, ''));
  for (const [channel, days] of channelsOf(entries, tally)) {
    if (wanted.length > 0 && !wanted.includes(channel)) {
      tally.add('a day of a channel that was not asked for', `#${channel}`, days.length);
      continue;
    }
    const messages: SlackMessage[] = [];
    for (const entry of days.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
      for (const value of await readList(entry, tally)) {
        const message = readMessage(value, { channel, names: people, tally });
        if (message !== undefined) messages.push(message);
      }
    for (const conversation of conversationsOf(messages, { gaps: options, channel, tally }))
      yield { ...conversation, channel, staff };
  }
}

/** The days of each channel, in the order of the channels' names. */
function channelsOf(
  entries: readonly ArchiveEntry[],
  tally: Tally,
): (readonly [channel: string, days: readonly ArchiveEntry[]])[] {
  const channels = new Map<string, ArchiveEntry[]>();
  for (const entry of entries) {
    const channel = channelOf(entry.name);
    if (isUnsafe(entry.name)) tally.add('an entry whose name leads out of the archive', entry.name);
    else if (channel !== undefined) {
      const days = channels.get(channel) ?? [];
      days.push(entry);
      channels.set(channel, days);
    } else if (!list.test(entry.name) && !entry.name.endsWith('/'))
      tally.add('an entry that is no part of an export', entry.name);
  }
  if (channels.size === 0)
    throw new LatheError(
      'invalid_file_format',
      'The archive holds no folder of a channel with one JSON file a day, as a Slack export has.',
    );
  return [...channels].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function channelOf(name: string): string | undefined {
  return day.exec(name)?.[1];
}

function isUnsafe(name: string): boolean {
  return (
    name.startsWith('/') ||
    /^[a-z]:/i.test(name) ||
    name.includes('\\') ||
    name.includes('\0') ||
    name.split('/').includes('..')
  );
}

type People = Names & { readonly ids: ReadonlyMap<string, string> };

async function readPeople(entries: readonly ArchiveEntry[], tally: Tally): Promise<People> {
  const users = new Map<string, string>();
  const bots = new Set<string>(['USLACKBOT']);
  const ids = new Map<string, string>();
  for (const entry of entries.filter(
    ({ name }) => !isUnsafe(name) && /^(?:[^/]+\/)?(?:org_)?users\.json$/.test(name),
  ))
    for (const value of await readList(entry, tally)) {
      const user = (typeof value === 'object' && value !== null ? value : {}) as Readonly<
        Record<string, unknown>
      >;
      const profile = (
        typeof user.profile === 'object' && user.profile !== null ? user.profile : {}
      ) as Readonly<Record<string, unknown>>;
      const { id } = user;
      if (typeof id !== 'string') continue;
      const names = [
        profile.display_name,
        user.name,
        user.real_name,
        profile.real_name,
        profile.email,
      ];
      const [name] = names.filter((each) => typeof each === 'string' && each !== '');
      users.set(id, String(name ?? id));
      if (user.is_bot === true) bots.add(id);
      for (const each of [id, ...names])
        if (typeof each === 'string' && each !== '') ids.set(each.toLowerCase(), id);
    }
  return { users, bots, ids };
}

function staffOf({ ids }: People, wanted: readonly string[]): Set<string> {
  const staff = new Set<string>();
  for (const name of wanted) {
    const id = ids.get(name.replace(/^@/, '').toLowerCase());
    if (id === undefined)
      throw new LatheError(
        'invalid_value',
        `Nobody in the export's users is called ${JSON.stringify(name)}.`,
        {
          param: 'convert.staff',
        },
      );
    staff.add(id);
  }
  return staff;
}

/** The values of an entry that is a JSON array; one that is not is counted. */
async function readList(entry: ArchiveEntry, tally: Tally): Promise<unknown[]> {
  const bytes = await entry.read();
  if (isDeeperThan(bytes, deepest)) {
    tally.add(`a file nested deeper than ${deepest} levels`, entry.name);
    return [];
  }
  const text = utf8(bytes);
  if (text === undefined) {
    tally.add('a file that is not valid UTF-8', entry.name);
    return [];
  }
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value;
    tally.add('a file that is no JSON array', entry.name);
  } catch {
    tally.add('a file that is no JSON', entry.name);
  }
  return [];
}
