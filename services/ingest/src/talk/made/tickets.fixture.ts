import { type Chance, chanceOf, type Fact, facts } from '@lathe/testkit/made-facts';

const names = [
  'Anna Berg',
  'Ben Okafor',
  'Chloé Durand',
  'David Novák',
  'Eva Lindqvist',
  'Jürgen Groß',
  'Mei Tanaka',
  'Noah Smith',
  'Sofía Ruiz',
  'Tom Walsh',
];
const agents = ['Dana', 'Felix', 'Mira'];
const secret = 'INTERNAL: customer is on the list of late payers';

const greetings = ['Hi,', 'Hello Harbour team,', 'Good morning,', 'Dear support,', ''];
const farewells = ['Best regards,', 'Thanks', 'Kind regards', 'Cheers,', 'Many thanks in advance,'];
const stories = [
  'We ship about 200 parcels a month and cannot find this anywhere.',
  'I looked through the settings twice already.',
  'It is a bit urgent because a customer is waiting.',
  'Sorry if that is a stupid question, we are new here.',
  '',
];
const disclaimer = `This e-mail is confidential and intended solely for the addressee. If you have received this message in error, please notify the sender and delete it. Unauthorised copying is forbidden.`;

type Said = {
  readonly by: 'customer' | 'agent';
  readonly text: string;
  readonly isPublic: boolean;
};
type Made = {
  readonly id: number;
  readonly subject: string;
  readonly status: string;
  readonly rating: string;
  readonly customer: string;
  readonly agent: string;
  readonly said: readonly Said[];
};

function customerMail(fact: Fact, chance: Chance, customer: string): string {
  const [first = ''] = customer.split(' ');
  const signature = chance.isLikely(0.5)
    ? `\n${customer}\nManaging director\nMugs & More GmbH\n+49 421 5550${Math.floor(chance.next() * 900) + 100}`
    : `\n${first}`;
  const phone = chance.isLikely(0.2) ? '\n\nSent from my iPhone' : '';
  const legal = chance.isLikely(0.25) ? `\n\n${disclaimer}` : '';
  const card = `${customer} | Mugs & More GmbH | +49 421 5550123`;
  if (chance.isLikely(0.1))
    return [chance.pick(greetings), `${chance.pick(stories)} ${fact.question}`.trim(), card].join(
      '\n\n',
    );
  // A signature by which nothing tells that it is one.
  if (chance.isLikely(0.05))
    return `${fact.question} Asking for Mugs & More, ${customer}, +49 421 5550123`;
  const body = [
    chance.pick(greetings),
    `${chance.pick(stories)} ${fact.question}`.trim(),
    `${chance.pick(farewells)}${signature}${phone}${legal}`,
  ];
  return body.filter((part) => part !== '').join('\n\n');
}

function agentMail(
  text: string,
  chance: Chance,
  who: { readonly agent: string; readonly customer: string },
): string {
  const first = who.customer.split(' ')[0];
  const thanks = chance.pick([
    'Thanks for getting in touch.',
    'Thank you for your patience.',
    '',
    'Good question!',
  ]);
  return [
    `Hi ${first},`,
    `${thanks} ${text}`.trim(),
    chance.isLikely(0.4) ? 'Let me know if that helps.' : '',
    `Best regards,\n${who.agent}\nHarbour Support\nhttps://help.harbour.example`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function quoted(text: string, customer: string): string {
  return `\n\nOn Mon, 2 Mar 2026 at 09:12, ${customer} <someone@shop.example> wrote:\n${text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n')}`;
}

/** Tickets from the facts, each after one of the courses that tickets take. */
export function makeTickets(from: readonly Fact[], chance: Chance, firstId: number): Made[] {
  return from.map((fact, index) => {
    const customer = chance.pick(names);
    const agent = chance.pick(agents);
    const who = { agent, customer };
    const asks = customerMail(fact, chance, customer);
    const say = (by: Said['by'], text: string, isPublic = true): Said => ({ by, text, isPublic });
    const auto = say(
      'agent',
      'Your request has been received and is being reviewed by our support staff.',
    );
    const answer = say(
      'agent',
      agentMail(fact.answer, chance, who) + (chance.isLikely(0.4) ? quoted(asks, customer) : ''),
    );
    const thanks = say('customer', 'Great, that worked. Thanks a lot!');
    const courses: (readonly Said[])[] = [
      [say('customer', asks), answer],
      [say('customer', asks), auto, answer, thanks],
      [
        say('customer', asks),
        say('agent', secret, false),
        answer,
        thanks,
        say('agent', "You're welcome! Have a nice day."),
      ],
      [
        say('customer', asks),
        say('agent', agentMail('Could you tell me which plan your shop is on?', chance, who)),
        say('customer', 'We are on Growth.\n\nSent from my iPhone'),
        answer,
      ],
      [
        say('customer', asks),
        say(
          'agent',
          agentMail('I will check this with my colleagues and get back to you.', chance, who),
        ),
        say('agent', `${secret}?`, false),
        answer,
      ],
      [
        say('customer', asks),
        answer,
        say('customer', `Hm, I cannot find that button. ${quoted(fact.answer, 'Support')}`),
        say(
          'agent',
          agentMail(
            `I am sorry! You need to be signed in as an owner to see it. ${fact.answer}`,
            chance,
            who,
          ),
        ),
      ],
      [
        say('customer', asks),
        say(
          'agent',
          agentMail(
            'This has been passed on to our product team. We cannot say yet when it will be there.',
            chance,
            who,
          ),
        ),
      ],
      [say('customer', asks), say('agent', secret, false)],
      [
        say('customer', asks),
        say('agent', agentMail('I am looking into this and will let you know.', chance, who)),
      ],
      [say('customer', asks), answer, say('customer', `${disclaimer}`)],
    ];
    // What was said elsewhere is not there to learn from.
    courses.push([
      say('customer', asks),
      say(
        'agent',
        agentMail('As discussed on the phone, I have set that up for you.', chance, who),
      ),
    ]);
    const course = courses[Math.floor(chance.next() ** 1.2 * courses.length)] ?? [];
    const subject = chance.isLikely(0.5)
      ? fact.question.replace(/[?.].*$/, '')
      : chance.pick([
          'Question',
          'Help needed',
          'Problem with Harbour',
          `Re: [Ticket ${firstId + index}] Question`,
        ]);
    const status = chance.isLikely(0.85)
      ? chance.pick(['solved', 'closed'])
      : chance.pick(['open', 'pending', 'hold']);
    const rating = chance.isLikely(0.4)
      ? chance.pick(['good', 'good', 'good', 'bad'])
      : 'unoffered';
    return { id: firstId + index, subject, status, rating, customer, agent, said: course };
  });
}

/** An export of 160 tickets as Zendesk's API gives it: comments with ids, users with roles, HTML beside plain text. */
export function madeZendeskJson(seed = 11): string {
  const made = makeTickets(facts, chanceOf(seed), 4001);
  const users = [
    ...names.map((name, index) => ({
      id: 900 + index,
      name,
      role: 'end-user',
      email: `c${index}@shop.example`,
    })),
    ...agents.map((name, index) => ({
      id: 500 + index,
      name,
      role: index === 0 ? 'admin' : 'agent',
    })),
  ];
  const idOf = (name: string): number => users.find((user) => user.name === name)?.id ?? 0;
  const tickets = made.map((ticket) => ({
    url: `https://harbour.zendesk.example/api/v2/tickets/${ticket.id}.json`,
    id: ticket.id,
    subject: ticket.subject,
    description: ticket.said[0]?.text,
    status: ticket.status,
    tags: ['web', 'shipping'],
    requester_id: idOf(ticket.customer),
    assignee_id: idOf(ticket.agent),
    satisfaction_rating: { score: ticket.rating },
    comments: ticket.said.map(({ by, text, isPublic }, index) => ({
      id: ticket.id * 100 + index,
      type: 'Comment',
      author_id: idOf(by === 'agent' ? ticket.agent : ticket.customer),
      public: isPublic,
      ...(index % 2 === 0 ? { plain_body: text } : {}),
      html_body: `<div class="zd-comment" dir="auto">${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br>')}</div>`,
      body: text,
      created_at: `2026-03-${String((index % 27) + 1).padStart(2, '0')}T09:00:00Z`,
    })),
  }));
  return JSON.stringify({ tickets, users, count: tickets.length, next_page: null });
}

/** 60 tickets as a table with one row a comment. */
export function madeTicketCsv(seed = 12): string {
  const cell = (value: string | number): string =>
    /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
  const rows = makeTickets(facts.slice(40, 100), chanceOf(seed), 7001).flatMap((ticket) =>
    ticket.said.map(({ by, text, isPublic }) => [
      ticket.id,
      ticket.subject,
      ticket.status,
      ticket.rating,
      by === 'agent' ? 'agent' : 'end-user',
      isPublic ? 'true' : 'false',
      text,
    ]),
  );
  return [
    ['ticket_id', 'subject', 'status', 'satisfaction', 'author_role', 'public', 'body'],
    ...rows,
  ]
    .map((row) => row.map(cell).join(','))
    .join('\r\n');
}
