import { chanceOf, facts } from '@lathe/testkit/made-facts';
import { makeTickets } from './tickets.fixture.ts';

/**
 * A mailbox of 80 threads: encoded words, quoted-printable and base64, HTML alone, attachments, answers out of the
 * office, bounces, newsletters, mail between agents.
 */
export function madeMbox(seed = 13): string {
  const chance = chanceOf(seed);
  const made = makeTickets(facts.slice(80, 160), chance, 9001);
  const mails: string[] = [];
  const support = 'Harbour Support <support@harbour.example>';
  const date = (index: number): string =>
    new Date(Date.UTC(2026, 3, 1, 8, index)).toUTCString().replace('GMT', '+0000');
  let clock = 0;
  const add = (headers: Readonly<Record<string, string>>, body: string): void => {
    const head = Object.entries({ Date: date(clock++), ...headers }).map(
      ([name, value]) => `${name}: ${value}`,
    );
    const text = body.replaceAll(/^(>*From )/gm, '>$1');
    mails.push(
      `From mail@local Wed Apr 01 08:${String(clock % 60).padStart(2, '0')}:00 2026\n${head.join('\n')}\n\n${text}\n`,
    );
  };
  for (const [index, ticket] of made.entries()) {
    const customer = `${encoded(ticket.customer)} <c${index}@shop.example>`;
    const ids: string[] = [];
    for (const [at, { by, text, isPublic }] of ticket.said.entries()) {
      const id = `<${ticket.id}.${at}@mail.example>`;
      const headers = {
        From: by === 'agent' ? support : customer,
        To:
          by === 'agent'
            ? isPublic
              ? customer
              : '"Second level" <second@harbour.example>'
            : support,
        Subject: encoded(at === 0 ? ticket.subject : `Re: ${ticket.subject}`),
        'Message-ID': id,
        'MIME-Version': '1.0',
        ...(ids.length > 0 && { 'In-Reply-To': ids.at(-1) ?? '', References: ids.join('\n ') }),
      };
      ids.push(id);
      const form = bodyOf(text, chance.pick(['plain', 'qp', 'base64', 'html', 'mixed'] as const));
      add({ ...headers, ...form.headers }, form.body);
    }
    if (index % 10 === 3)
      add(
        {
          From: customer,
          To: support,
          Subject: 'Out of office',
          'Auto-Submitted': 'auto-replied',
          'In-Reply-To': ids.at(-1) ?? '',
        },
        'I am on holiday. When will I be back? On Monday.',
      );
    if (index % 20 === 7)
      add(
        { From: 'MAILER-DAEMON@mail.example', To: support, Subject: 'Undelivered mail' },
        'Could not deliver. Why? Mailbox full.',
      );
    if (index % 20 === 9)
      add(
        {
          From: 'News <news@carrier.example>',
          To: support,
          Subject: 'Have you heard?',
          Precedence: 'bulk',
          'List-Id': 'news',
        },
        'New rates from May.',
      );
  }
  return mails.join('\n');
}

function encoded(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
}

function bodyOf(
  text: string,
  form: 'plain' | 'qp' | 'base64' | 'html' | 'mixed',
): { headers: Record<string, string>; body: string } {
  const plain = 'text/plain; charset=utf-8';
  const html = `<html><head><style>p{}</style></head><body><p>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\n\n', '</p><p>').replaceAll('\n', '<br>')}</p><script>alert(1)</script></body></html>`;
  const wrapped = (bytes: string): string =>
    (
      Buffer.from(bytes)
        .toString('base64')
        .match(/.{1,76}/g) ?? []
    ).join('\n');
  if (form === 'qp')
    return {
      headers: { 'Content-Type': plain, 'Content-Transfer-Encoding': 'quoted-printable' },
      body: quotedPrintable(text),
    };
  if (form === 'base64')
    return {
      headers: { 'Content-Type': plain, 'Content-Transfer-Encoding': 'base64' },
      body: wrapped(text),
    };
  if (form === 'html')
    return {
      headers: {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Transfer-Encoding': 'base64',
      },
      body: wrapped(html),
    };
  if (form === 'plain')
    return { headers: { 'Content-Type': plain, 'Content-Transfer-Encoding': '8bit' }, body: text };
  const part = (headers: string, body: string): string => `--outer\n${headers}\n\n${body}`;
  const alternative = `--inner\nContent-Type: ${plain}\n\n${text}\n--inner\nContent-Type: text/html; charset=utf-8\n\n${html}\n--inner--`;
  return {
    headers: { 'Content-Type': 'multipart/mixed; boundary="outer"' },
    body: [
      part('Content-Type: multipart/alternative; boundary="inner"', alternative),
      part(
        'Content-Type: application/pdf; name="label.pdf"\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename="label.pdf"',
        wrapped('%PDF-1.4 not a question?'),
      ),
      '--outer--',
    ].join('\n'),
  };
}

function quotedPrintable(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) =>
      byte === 0x0a
        ? '\n'
        : byte === 0x3d || byte > 126
          ? `=${byte.toString(16).toUpperCase().padStart(2, '0')}`
          : String.fromCharCode(byte),
    )
    .join('')
    .replaceAll(/(.{72})(?=.)/g, '$1=\n');
}
