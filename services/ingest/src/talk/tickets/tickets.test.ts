import { expect, it } from 'vitest';
import { chunks } from '../made/pairs.fixture.ts';
import { createTally } from '../tally.ts';
import { cleanMail } from './clean-mail.ts';
import { ticketFilePairs, ticketLimits, ticketOptionDefaults } from './tickets.ts';

async function read(
  name: string,
  text: string | Buffer,
  options: Partial<typeof ticketOptionDefaults> = {},
  limits = ticketLimits,
) {
  const tally = createTally();
  const reading = { options: { ...ticketOptionDefaults, ...options }, tally, limits };
  const pairs = await Array.fromAsync(
    ticketFilePairs({ name, read: () => chunks(text, 97) }, reading),
  );
  return {
    pairs,
    said: pairs.map(({ turns }) =>
      turns.map(({ role, content }) => `${role === 'user' ? 'U' : 'A'} ${content}`),
    ),
    unused: Object.fromEntries(tally.list().map(({ reason, count }) => [reason, count])),
  };
}

const comment = (author_id: number, body: string, more: object = {}) => ({
  id: author_id * 10,
  author_id,
  body,
  public: true,
  ...more,
});
const ticket = (id: number, comments: object[], more: object = {}) => ({
  ...{ id, subject: 'Printer', status: 'solved', requester_id: 1, comments },
  ...more,
});
const asked = comment(
  1,
  'Hi,\n\nthe printer stands still. What now?\n\nBest regards,\nAnn Smith\n+44 20 1234',
);
const answered = comment(
  2,
  'Hello Ann,\n\nPress the green button for two seconds.\n\nKind regards\nBob',
);

it('makes one example a ticket: public comments, cleaned, notes never', async () => {
  const note = comment(3, 'She is a pain.', { public: false });
  const tickets = [
    ticket(1, [
      asked,
      note,
      comment(2, 'We have received your request.'),
      answered,
      comment(1, 'Thanks!'),
      comment(2, "You're welcome!"),
    ]),
    ticket(2, [asked, answered], { status: 'open' }),
    ticket(3, [asked, answered], { satisfaction_rating: { score: 'bad' } }),
    ticket(4, [asked, comment(2, 'I will check this and get back to you.')]),
    ticket(5, [asked, comment(2, 'Which printer is it?')]),
  ];
  const { said, pairs, unused } = await read('t.json', JSON.stringify({ tickets }));
  expect(said).toEqual([
    ['U the printer stands still. What now?', 'A Press the green button for two seconds.'],
  ]);
  expect(pairs[0]?.evidence).toMatchObject({
    ...{ file: 't.json', rule: 'ticket', group: 'ticket 1' },
    places: ['ticket 1 of the file', 'comment 10', 'comment 20'],
  });
  expect(unused).toMatchObject({
    ...{ 'an internal note': 1, 'an automatic comment': 1, 'an answer that is only polite': 1 },
    ...{ 'a ticket with the status open': 1, 'a ticket that was rated bad': 1 },
    ...{ 'an answer that puts off': 1, 'an answer that asks back and is the last': 1 },
    'a ticket without question and public answer': 2,
  });
});

it('takes ratings as labels when asked, and a canned answer only so often', async () => {
  const rated = ['good', 'bad', 'unoffered'].map((score, id) =>
    ticket(id, [asked, answered], { satisfaction_rating: { score } }),
  );
  const { pairs, unused } = await read('t.json', JSON.stringify(rated), { ratingsAsLabels: true });
  expect(pairs.map(({ label }) => label)).toEqual([true, false]);
  expect(unused).toEqual({ 'a ticket that was not rated': 1 });
  const same = Array.from({ length: 5 }, (_, id) =>
    ticket(id, [
      asked,
      comment(2, `Thanks for waiting. Your case ${id} needs an update, please install 2.8.`),
    ]),
  );
  const lines = same.map((one) => JSON.stringify(one)).join('\n');
  const macros = await read('t.jsonl', `${lines}\nnot json\n`, { mostPerMacro: 2 });
  expect(macros.pairs).toHaveLength(2);
  expect(macros.unused).toEqual({
    'a canned answer that is there often enough': 3,
    'a line of which it is no JSON': 1,
  });
});

it('reads tables of comments and of tickets', async () => {
  const comments =
    'ticket_id,subject,status,author_role,public,body\n7,Printer,closed,end-user,true,"It is off, why?"\n7,Printer,closed,agent,false,secret\n7,Printer,closed,agent,true,Its plug is out of the wall.\n';
  expect((await read('t.csv', comments)).said).toEqual([
    ['U Printer\n\nIt is off, why?', 'A Its plug is out of the wall.'],
  ]);
  const rows = 'id;description;resolution\n1;It is off, why?;Its plug is out of the wall.\n';
  expect((await read('t.csv', rows)).said).toEqual([
    ['U It is off, why?', 'A Its plug is out of the wall.'],
  ]);
  await expect(read('t.csv', 'a,b\n1,2\n')).rejects.toThrow('names no columns of tickets');
});

const mail = (headers: string, body: string) =>
  `From x Wed Apr 01 08:00:00 2026\n${headers}\n\n${body}\n\n`;

it('reads a mailbox: threads, encodings, parts, escaped lines', async () => {
  const box = [
    mail(
      'From: =?UTF-8?Q?J=C3=BCrgen?= <j@c.example>\nTo: help@s.example\nSubject: =?UTF-8?B?RHJ1Y2tlcg==?=\nMessage-ID: <1@c>\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable',
      'F=FCr wen ist er?\n>From here it is hard to see.',
    ),
    mail(
      'From: help@s.example\nTo: j@c.example\nSubject: Re: Drucker\nIn-Reply-To: <1@c>\nMessage-ID: <2@s>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"',
      `--b\nContent-Type: text/html\n\n<p>For <b>everybody</b> in the house.</p><script>x</script>\n--b\nContent-Type: application/pdf; name="a.pdf"\nContent-Transfer-Encoding: base64\n\n${Buffer.alloc(5000, 7).toString('base64')}\n--b--`,
    ),
    mail(
      'From: second@s.example\nTo: help@s.example\nSubject: Re: Drucker\nIn-Reply-To: <2@s>\nMessage-ID: <3@s>',
      'He is a pain.',
    ),
    mail(
      'From: j@c.example\nTo: help@s.example\nSubject: Away\nAuto-Submitted: auto-replied',
      'When am I back?',
    ),
    mail('From: help@s.example\nTo: k@d.example\nSubject: Hello', 'Nobody asked.'),
    mail('Subject: broken', 'No sender?'),
  ].join('');
  const { said, unused } = await read('help.mbox', box);
  expect(said).toEqual([
    ['U Drucker\n\nFür wen ist er?\nFrom here it is hard to see.', 'A For everybody in the house.'],
  ]);
  expect(unused).toEqual({
    ...{ 'a part of type application/pdf': 1, 'an internal note': 1, 'automatic mail': 1 },
    ...{ 'a mail without a sender': 1, 'a ticket without question and public answer': 1 },
  });
});

it('bounds hostile mail: long ones, huge headers, deep parts, too much of all', async () => {
  const limits = { ...ticketLimits, maxMailBytes: 400_000 };
  const long = mail('From: a@c.example\nTo: b@s.example\nSubject: x', 'y'.repeat(500_000));
  const headers = mail(
    `From: a@c.example\nTo: b@s.example\n${'X-A: b\n'.repeat(50_000)}Subject: x`,
    'Why?',
  );
  const part = (at: number): string =>
    at === 0
      ? 'Content-Type: text/plain\n\nWhy?'
      : `Content-Type: multipart/mixed; boundary="b${at}"\n\n--b${at}\n${part(at - 1)}\n--b${at}--`;
  const deep = mail(
    `From: a@c.example\nTo: b@s.example\n${part(60).split('\n\n')[0]}`,
    part(60).split('\n\n').slice(1).join('\n\n'),
  );
  const { pairs, unused } = await read('x.mbox', long + headers + deep, {}, limits);
  expect(pairs).toEqual([]);
  const reasons = Object.keys(unused).join('; ');
  expect(reasons).toContain('a mail longer than 400 kB');
  expect(
    Object.keys(unused).filter((reason) => reason.startsWith('a mail that cannot be read')),
  ).toHaveLength(2);
  const many = Array.from({ length: 30 }, (_, at) =>
    mail(`From: a@c.example\nTo: b@s.example\nMessage-ID: <${at}@x>`, 'z'.repeat(1000)),
  ).join('');
  await expect(read('x.mbox', many, {}, { ...limits, maxLetters: 10_000 })).rejects.toThrow(
    'split the mailbox',
  );
}, 60_000);

it('reads UTF-16, and the line ends of old Macs', async () => {
  const letter = mail(
    'From: a@c.example\nTo: b@s.example\nSubject: Tür\nMessage-ID: <1>',
    'Where?',
  );
  const reply = mail(
    'From: b@s.example\nTo: a@c.example\nSubject: Re: Tür\nMessage-ID: <2>\nIn-Reply-To: <1>',
    'It stands on the left of the hall.',
  );
  const files = [
    ['t.csv', 'id;description;resolution\n1;It is grün, why?;Its paint is new.\n'],
    ['t.jsonl', `${JSON.stringify(ticket(1, [asked, answered]))}\n`.repeat(2)],
    ['t.mbox', letter + reply],
  ] as const;
  for (const [name, text] of files) {
    const wanted = await read(name, text, { agents: ['@s.example'] });
    const old = text.replaceAll('\n', '\r');
    const wide = (each: string) => Buffer.from(`\ufeff${each}`, 'utf16le');
    const marked = Buffer.from(`\ufeff${text}`);
    for (const bytes of [wide(text), wide(text).swap16(), Buffer.from(old), wide(old), marked])
      expect((await read(name, bytes, { agents: ['@s.example'] })).said).toEqual(wanted.said);
    expect(wanted.said.length).toBeGreaterThan(0);
  }
});

it('says what is no file of tickets', async () => {
  await expect(read('x.json', `{"tickets": ${'['.repeat(100_000)}`)).rejects.toThrow(
    'nested deeper than 64',
  );
  await expect(read('x.json', '[{"a": 1}', {})).rejects.toThrow('it is no JSON');
  await expect(
    read(
      'x.json',
      JSON.stringify([{ a: 'x'.repeat(500) }]),
      {},
      { ...ticketLimits, maxJsonBytes: 100 },
    ),
  ).rejects.toThrow('JSON Lines');
});

it.each([
  [
    'a quoted reply below',
    'Yes.\n\nOn Mon, 2 Mar 2026 at 09:12, Ann <a@x.example> wrote:\n> Is it?',
    'Yes.',
  ],
  [
    'an attribution on two lines',
    'Yes.\n\nOn Mon, 2 Mar 2026 at 09:12, Ann Smith\n<a@x.example> wrote:\n> Is it?\n> Now?',
    'Yes.',
  ],
  ['an answer below its quotation', '> Is it?\n\nYes, it is.', 'Yes, it is.'],
  [
    'a head of Outlook',
    'Done.\n\nFrom: Ann\nSent: Monday\nTo: Bob\nSubject: x\n\nold text',
    'Done.',
  ],
  [
    'a German reply',
    'Ja.\n\nAm 02.03.2026 um 09:12 schrieb Ann:\n> Geht es?\n\nViele Grüße\nBob',
    'Ja.',
  ],
  ['a signature after dashes', 'Text.\n-- \nAnn\nMugs Ltd', 'Text.'],
  ['a phone', 'Text.\n\nSent from my iPhone', 'Text.'],
  ['a card', 'Text.\n\nAnn | Mugs Ltd | +44 20 1', 'Text.'],
  [
    'a legal notice',
    'Text.\n\nThis e-mail is confidential and intended only for the addressee. Please notify the sender.',
    'Text.',
  ],
  [
    'thanks amid the text',
    'Thanks for the hint, that helped.\n\nNow it prints twice though.',
    'Thanks for the hint, that helped.\n\nNow it prints twice though.',
  ],
])('cleans a mail of %s', (_, text, clean) => {
  expect(cleanMail(text)).toBe(clean);
});

it('replaces no letter in silence', async () => {
  const bytes = Buffer.concat([
    Buffer.from('id,description,resolution\n1,Why is it gr'),
    Buffer.from([0xfc]),
    Buffer.from('n?,It is new.\n2,Why is it blue?,It is old.\n'),
  ]);
  const tally = createTally();
  const file = {
    name: 't.csv',
    async *read() {
      yield bytes;
    },
  };
  const reading = { options: ticketOptionDefaults, tally };
  expect(await Array.fromAsync(ticketFilePairs(file, reading))).toHaveLength(1);
  expect(tally.list()).toMatchObject([
    { reason: 'a row of which it is not valid UTF-8', count: 1 },
  ]);
});
