import { createHash } from 'node:crypto';
import { madeFaqHtml, madeFaqMarkdown } from '@lathe/testkit/made-faq';
import { faqPairs } from '../faq/faq.ts';
import type { TalkPair } from '../pair.ts';
import { slackDefaults, slackPairs } from '../slack/slack.ts';
import type { Tally } from '../tally.ts';
import { ticketFilePairs, ticketOptionDefaults } from '../tickets/tickets.ts';
import { madeMbox } from './mbox.fixture.ts';
import { madeSlackExport } from './slack.fixture.ts';
import { madeTicketCsv, madeZendeskJson } from './tickets.fixture.ts';

/** What the rules make of the made page, export and ticket files, by source. */
export const madePairs = {
  async *faq(tally: Tally): AsyncGenerator<TalkPair> {
    yield* faqPairs({ name: 'faq.html', text: madeFaqHtml() }, tally);
    yield* faqPairs({ name: 'faq.md', text: madeFaqMarkdown() }, tally);
  },
  slack: (tally: Tally): AsyncGenerator<TalkPair> =>
    slackPairs(madeEntries(), { options: slackDefaults, tally }),
  async *tickets(tally: Tally): AsyncGenerator<TalkPair> {
    const files = {
      'tickets.json': madeZendeskJson(),
      'tickets.csv': madeTicketCsv(),
      'support.mbox': madeMbox(),
    };
    for (const [name, text] of Object.entries(files))
      yield* ticketFilePairs(
        { name, read: () => chunks(text) },
        { options: ticketOptionDefaults, tally },
      );
  },
} as const;

/** The made export as entries of an archive. */
function madeEntries(): { name: string; read: () => Promise<Uint8Array> }[] {
  return [...madeSlackExport()].map(([name, text]) => ({
    name,
    read: async () => Buffer.from(text),
  }));
}

/** A text as a file's bytes, in chunks that part lines and letters. */
export async function* chunks(
  text: string | Uint8Array,
  size = 10_007,
): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** By which a judgement finds its pair again: what was asked and answered, word for word. */
export function pairHash({ turns }: TalkPair): string {
  return createHash('sha256').update(JSON.stringify(turns)).digest('hex').slice(0, 16);
}

/** So many pairs, drawn by their hashes, each text once. */
export function drawn(pairs: readonly TalkPair[], count: number): TalkPair[] {
  const byHash = new Map(pairs.map((pair) => [pairHash(pair), pair]));
  return [...byHash]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, count)
    .map(([, pair]) => pair);
}
