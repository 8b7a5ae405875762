import { LatheError } from '@lathe/contracts/error';
import type { Tally } from '../tally.ts';
import { type Mail, readMail } from './mail.ts';
import { mailsOf } from './mbox.ts';
import type { Ticket } from './ticket.ts';

export type MailboxOptions = {
  readonly file: string;
  /** Addresses or `@domains` of those who answer; empty: everybody at the domain of the address that takes part in the most threads. */
  readonly agents: readonly string[];
  readonly maxMailBytes: number;
  /** Letters of all mails together that are kept while threads are put together. */
  readonly maxLetters: number;
  readonly tally: Tally;
};

/**
 * The threads of a mailbox as tickets, in the order of their first mails: put together by In-Reply-To and References,
 * else by subject and people. Mail that only agents see is internal. Throws `file_too_large` beyond `maxLetters`.
 */
export async function* ticketsOfMailbox(
  source: AsyncIterable<Uint8Array>,
  options: MailboxOptions,
): AsyncGenerator<Ticket> {
  const { file, tally } = options;
  const threads: Mail[][] = [];
  const byId = new Map<string, Mail[]>();
  const bySubject = new Map<string, Mail[]>();
  let letters = 0;
  for await (const raw of mailsOf(source, options)) {
    const mail = await readMail(raw, options);
    if (mail === undefined) continue;
    if (byId.has(mail.id)) {
      tally.add('a mail that is there twice', `${file} line ${mail.line}`);
      continue;
    }
    letters += mail.text.length + mail.subject.length;
    if (letters > options.maxLetters)
      throw new LatheError(
        'file_too_large',
        `The mails of ${JSON.stringify(file)} hold more than ${options.maxLetters} letters; split the mailbox.`,
      );
    const plain = mail.subject
      .replaceAll(/^(?:\s*(?:re|aw|sv|antw)\s*:)+\s*/gi, '')
      .trim()
      .toLowerCase();
    const isReply = /^\s*(?:re|aw|sv|antw)\s*:/i.test(mail.subject);
    const keys = [mail.from, ...mail.to].map((address) => `${address} ${plain}`);
    const known =
      mail.answers.map((id) => byId.get(id)).find((each) => each !== undefined) ??
      (isReply
        ? keys.map((key) => bySubject.get(key)).find((each) => each !== undefined)
        : undefined);
    const thread = known ?? [];
    if (known === undefined) threads.push(thread);
    thread.push(mail);
    byId.set(mail.id, thread);
    for (const key of keys) bySubject.set(key, thread);
  }
  const agents =
    options.agents.length > 0
      ? options.agents.map((one) => one.toLowerCase())
      : mostFrequent(threads);
  const isAgent = (address: string): boolean =>
    agents.some((agent) => (agent.startsWith('@') ? address.endsWith(agent) : address === agent));
  for (const thread of threads) {
    const [first] = thread;
    if (first === undefined) continue;
    yield {
      id: first.id,
      subject: first.subject,
      ...{ status: '', rating: undefined, file, place: `line ${first.line}` },
      comments: thread
        .toSorted((a, b) => a.at - b.at || a.line - b.line)
        .map(({ id, from, to, text }) => ({
          ...{ id, text },
          from: isAgent(from) ? ('agent' as const) : ('customer' as const),
          isPublic: !isAgent(from) || to.some((address) => !isAgent(address)),
        })),
    };
  }
}

/** Where anybody may have an address: there the domain says nothing of who answers. */
const openDomains =
  /@(?:gmail|googlemail|outlook|hotmail|live|yahoo|icloud|me|aol|gmx|web|proton(?:mail)?|mail|yandex|qq|163)\.[a-z.]{2,6}$/;

/**
 * The domain of the address that takes part in the most threads, as a list of one: colleagues of whoever answers are
 * no customers, and what they write to each other is internal. The address alone where its domain is open to anybody.
 */
function mostFrequent(threads: readonly (readonly Mail[])[]): string[] {
  const counts = new Map<string, number>();
  for (const thread of threads)
    for (const address of new Set(thread.flatMap(({ from, to }) => [from, ...to])))
      counts.set(address, (counts.get(address) ?? 0) + 1);
  const [most] = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  if (most === undefined) return [];
  const [address] = most;
  return [openDomains.test(address) ? address : address.slice(address.lastIndexOf('@'))];
}
