import PostalMime, { type Address } from 'postal-mime';
import { htmlText } from '../faq/html-blocks.ts';
import type { Tally } from '../tally.ts';
import type { RawMail } from './mbox.ts';

/** A mail as far as it is used. */
export type Mail = {
  readonly id: string;
  /** Ids of the mails that it answers, the nearest first. */
  readonly answers: readonly string[];
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  /** Milliseconds since 1970; 0 where it has no date that can be read. */
  readonly at: number;
  readonly text: string;
  readonly line: number;
};

const limits = { maxNestingDepth: 20, maxHeadersSize: 256 * 1024, maxRfc822NestingDepth: 0 };

/**
 * Reads a mail: encoded words, transfer encodings, character sets and MIME parts by postal-mime. Its text is the plain
 * part, else what the HTML says. Binary parts are named and left out; automatic mail, and one that cannot be read, is
 * counted by reason.
 */
export async function readMail(
  raw: RawMail,
  { file, tally }: { readonly file: string; readonly tally: Tally },
): Promise<Mail | undefined> {
  const place = `${file} line ${raw.line}`;
  const skip = (reason: string): undefined => {
    tally.add(reason, place);
    return undefined;
  };
  const parsed = await PostalMime.parse(raw.bytes, limits).catch((cause: unknown) =>
    // The parser's own limits, as on depth and headers; its words name them.
    cause instanceof Error ? cause.message : String(cause),
  );
  if (typeof parsed === 'string')
    return skip(`a mail that cannot be read: ${parsed.slice(0, 100)}`);
  const header = (name: string): string =>
    parsed.headers
      .find(({ key }) => key === name)
      ?.value.trim()
      .toLowerCase() ?? '';
  const from = addressesOf(parsed.from)[0] ?? '';
  if (from === '') return skip('a mail without a sender');
  const isAutomatic =
    !['', 'no'].includes(header('auto-submitted')) ||
    /^(?:bulk|junk|auto_reply|list)$/.test(header('precedence')) ||
    header('x-autoreply') !== '' ||
    header('list-id') !== '' ||
    /^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply)@/.test(from);
  if (isAutomatic) return skip('automatic mail');
  for (const { mimeType, filename } of parsed.attachments)
    tally.add(`a part of type ${mimeType.slice(0, 60)}`, `${place} ${filename ?? ''}`.trim());
  const to = [...(parsed.to ?? []), ...(parsed.cc ?? [])].flatMap((one) => addressesOf(one));
  const at = Date.parse(parsed.date ?? '');
  const plain = parsed.text ?? '';
  return {
    ...{ from, to, line: raw.line, subject: parsed.subject ?? '', at: Number.isNaN(at) ? 0 : at },
    id: idsIn(parsed.messageId)[0] ?? `line ${raw.line}`,
    answers: [...idsIn(parsed.inReplyTo), ...idsIn(parsed.references).toReversed()],
    text: plain.trim() === '' ? htmlText(parsed.html ?? '') : plain,
  };
}

function addressesOf(address: Address | undefined): string[] {
  if (address === undefined) return [];
  const all = address.group ?? [address];
  return all.map((one) => (one.address ?? '').toLowerCase()).filter((one) => one !== '');
}

function idsIn(text: string | undefined): string[] {
  return (text ?? '').match(/<[^<>\s]{1,500}>/g)?.slice(0, 100) ?? [];
}
