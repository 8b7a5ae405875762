import { expect, it } from 'vitest';
import { createTally } from '../tally.ts';
import { type SlackOptions, slackDefaults, slackPairs } from './slack.ts';

type Message = {
  readonly u: string;
  readonly t: string;
  readonly at: number;
  readonly thread?: number;
  readonly [key: string]: unknown;
};
const tsOf = (at: number): string => `17000${String(at).padStart(5, '0')}.000100`;

const users = [
  { id: 'UANN', name: 'ann', profile: { display_name: 'Ann', email: 'ann@x.example' } },
  { id: 'UBOB', name: 'bob', profile: { display_name: '' }, real_name: 'Bob' },
  { id: 'USUE', name: 'sue', profile: { display_name: 'Sue' } },
  { id: 'UBOT', name: 'robo', is_bot: true },
];

async function read(
  messages: readonly Message[],
  options: Partial<SlackOptions> = {},
  more: Record<string, string> = {},
) {
  const day = messages.map(({ u, t, at, thread, ...rest }) => ({
    ...{ type: 'message', user: `U${u}`, text: t, ts: tsOf(at) },
    ...(thread === undefined ? {} : { thread_ts: tsOf(thread) }),
    ...rest,
  }));
  const files: Record<string, string> = {
    'channels.json': '[]',
    'users.json': JSON.stringify(users),
    'help/2026-01-02.json': JSON.stringify(day),
    ...more,
  };
  const entries = Object.entries(files).map(([name, text]) => ({
    name,
    read: async () => Buffer.from(text),
  }));
  const tally = createTally();
  const reading = { options: { ...slackDefaults, ...options }, tally };
  const pairs = await Array.fromAsync(slackPairs(entries, reading));
  const said = pairs.map(({ turns }) =>
    turns.map(
      ({ role, content, weight }) =>
        `${role === 'user' ? 'U' : weight === 0 ? 'a' : 'A'} ${content}`,
    ),
  );
  const unused = Object.fromEntries(tally.list().map(({ reason, count }) => [reason, count]));
  return { said, unused, pairs };
}

const question = 'how do I change the printer?';
const answer = 'Open the settings, choose the printer and press Save.';

it('takes the accepted answer of a thread, with its evidence', async () => {
  const { said, pairs, unused } = await read([
    { u: 'ANN', t: question, at: 0, thread: 0 },
    {
      u: 'SUE',
      t: 'Buy a bigger printer for the whole office, the old one is just too slow for us.',
      at: 60,
      thread: 0,
    },
    { u: 'ANN', t: "that doesn't help", at: 120, thread: 0 },
    { u: 'BOB', t: answer, at: 180, thread: 0 },
    { u: 'ANN', t: 'thanks, works now', at: 240, thread: 0 },
  ]);
  expect(said).toEqual([[`U ${question}`, `A ${answer}`]]);
  expect(pairs[0]?.evidence).toEqual({
    ...{ file: 'help', group: `help/${tsOf(0)}`, rule: 'thread, accepted', score: 0.9 },
    places: [tsOf(0), tsOf(180)],
  });
  expect(unused).toEqual({
    'an answer that the asker refused': 1,
    thanks: 1,
    'talk around no question': 1,
  });
});

it('keeps the turns between question and answer as context that is not learned again', async () => {
  const { said } = await read(
    [
      { u: 'ANN', t: question, at: 0, thread: 0 },
      { u: 'BOB', t: 'which version?', at: 60, thread: 0 },
      { u: 'ANN', t: '2.8', at: 120, thread: 0 },
      { u: 'BOB', t: 'let me check', at: 130, thread: 0 },
      { u: 'BOB', t: answer, at: 180, thread: 0 },
      { u: 'ANN', t: 'and how do I remove it?', at: 900, thread: 0 },
      { u: 'BOB', t: 'In the same place, press Remove next to its name.', at: 960, thread: 0 },
    ],
    { contextTurns: 3 },
  );
  expect(said).toEqual([
    [`U ${question}`, 'a which version?', 'U 2.8', `A ${answer}`],
    [
      ...['U 2.8', `a ${answer}`, 'U and how do I remove it?'],
      'A In the same place, press Remove next to its name.',
    ],
  ]);
});

it('believes the staff where there is a list, and a ✅', async () => {
  const messages: Message[] = [
    { u: 'ANN', t: question, at: 0, thread: 0 },
    {
      u: 'SUE',
      t: 'I would throw that printer out of the window and go home early today.',
      at: 60,
      thread: 0,
    },
    { u: 'BOB', t: answer, at: 180, thread: 0 },
  ];
  expect((await read(messages, { staff: ['ann@x.example', '@bob'] })).said).toEqual([
    [`U ${question}`, `A ${answer}`],
  ]);
  await expect(read(messages, { staff: ['zoe'] })).rejects.toThrow('called "zoe"');
  const [first, joke, last] = messages as [Message, Message, Message];
  const marked = { ...last, reactions: [{ name: 'white_check_mark', users: ['UANN'], count: 1 }] };
  expect((await read([first, joke, marked])).said).toEqual([[`U ${question}`, `A ${answer}`]]);
});

it('parts what was said outside of threads by silence and by whom it names', async () => {
  const { said } = await read([
    { u: 'ANN', t: question, at: 0 },
    { u: 'SUE', t: 'does anybody have the slides?', at: 60 },
    { u: 'BOB', t: '<@USUE> they lie in the drive, in the folder of the meeting', at: 100 },
    { u: 'BOB', t: `<@UANN> ${answer}`, at: 500 },
    { u: 'ANN', t: 'is anybody there to answer?', at: 5000 },
    { u: 'BOB', t: 'A new topic that begins after a silence of an hour and more.', at: 9000 },
  ]);
  expect(said).toEqual([[`U ${question}`, `A ${answer}`]]);
});

it('resolves mentions, links, dates and entities, and counts what no person said', async () => {
  const { said, unused } = await read([
    {
      u: 'ANN',
      t: '<!here> <@UBOB>: is a &lt;b&gt; in <#C1|general> like <https://x.example/a?b=1&amp;c=2|this page>?',
      at: 0,
    },
    {
      u: 'BOB',
      t: '<@UANN> yes, see <mailto:a@x.example|a@x.example> and ask <@USUE> about <!date^1^{date}|May 1> &amp; more',
      at: 60,
    },
    { u: 'ANN', t: '', at: 100, subtype: 'channel_join' },
    { u: 'BOT', t: 'Deployed?', at: 120 },
    { u: 'ANN', t: 'Deployed?', at: 130, bot_id: 'B1' },
    { u: 'ANN', t: '', at: 140, files: [{ id: 'F1' }] },
    { u: 'ANN', t: 'gone?', at: 150, ts: 'x' },
  ]);
  expect(said).toEqual([
    [
      'U is a <b> in #general like this page (https://x.example/a?b=1&c=2)?',
      'A yes, see a@x.example and ask @Sue about May 1 & more',
    ],
  ]);
  expect(unused).toEqual({
    ...{ 'subtype channel_join': 1, 'written by a bot': 2, 'a file without words': 1 },
    'an entry that is no message': 1,
  });
});

it('reads no entry that leads elsewhere, and says what is no export', async () => {
  const { unused } = await read(
    [],
    {},
    {
      '../help/2026-01-02.json': '[]',
      '/etc/2026-01-02.json': '[]',
      'C:/x/2026-01-02.json': '[]',
      'a\\..\\2026-01-02.json': '[]',
      'help/2026-01-03.json': `${'['.repeat(100_000)}`,
      'help/2026-01-04.json': '{"a": 1}',
      'help/2026-01-05.json': '[',
      'notes.txt': 'x',
    },
  );
  expect(unused).toEqual({
    'an entry whose name leads out of the archive': 4,
    'an entry that is no part of an export': 1,
    'a file nested deeper than 64 levels': 1,
    'a file that is no JSON array': 1,
    'a file that is no JSON': 1,
  });
  const entries = [{ name: 'a.txt', read: async () => Buffer.from('') }];
  const reading = { options: slackDefaults, tally: createTally() };
  await expect(Array.fromAsync(slackPairs(entries, reading))).rejects.toThrow(
    'no folder of a channel',
  );
});

it('takes a thread of 5,000 messages in its stride', async () => {
  const many = Array.from({ length: 5000 }, (_, at) => ({
    ...{ u: at % 2 === 0 ? 'ANN' : 'SUE', t: 'anyone?', at, thread: 0 },
  }));
  expect((await read(many)).said).toEqual([]);
});
