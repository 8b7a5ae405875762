import { type Chance, chanceOf, type Fact, facts } from '@lathe/testkit/made-facts';
import { noise } from './small-talk.fixture.ts';

type Message = Record<string, unknown> & { ts: string };
type Say = (user: string, text: string, more?: Record<string, unknown>) => string;

const people =
  'ana ben cleo dev eli fay gus hana ivo jo kim lena max nora omar pia quin rob sue tom'.split(' ');
const staff = ['dana', 'felix', 'mira', 'stan'];
const idOf = (name: string): string => `U0${name.toUpperCase()}`;

/** Names of those who answer in the made export. */
export const madeStaff: readonly string[] = staff;

/**
 * A Slack export of real shape: 200 questions from the facts, asked and answered the ways people do, amid bots, joins,
 * small talk, wrong answers, jokes, announcements and plans for lunch. The entries of the archive by name.
 */
export function madeSlackExport(seed = 7): Map<string, string> {
  const chance = chanceOf(seed);
  const files = new Map<string, string>();
  const channels = ['help-shipping', 'help-billing', 'general'];
  const json = (value: unknown): string => JSON.stringify(value, null, 2);
  files.set(
    'channels.json',
    json(channels.map((name, index) => ({ id: `C0${index}`, name, is_archived: false }))),
  );
  const user = (name: string) => ({
    id: idOf(name),
    name: `${name}.x`,
    real_name: name,
    profile: { display_name: name, email: `${name}@harbour.example` },
  });
  files.set(
    'users.json',
    json([
      ...[...people, ...staff].map(user),
      { id: 'UBOT', name: 'deploybot', is_bot: true, profile: {} },
    ]),
  );
  files.set('integration_logs.json', '[]');
  // Some questions are asked twice, as in life.
  const asked = [...facts, ...facts.slice(0, 40)];
  let next = 0;
  for (const channel of channels) {
    const count = channel === 'general' ? 20 : 90;
    let clock = Date.UTC(2026, 2, 2, 8) / 1000;
    for (let day = 0; day < 10; day++) {
      const messages: Message[] = [];
      const say: Say = (name, text, more = {}) => {
        clock += 20 + Math.floor(chance.next() * 90);
        const ts = `${clock}.${String(100000 + messages.length)}`;
        messages.push({
          type: 'message',
          user: name === 'UBOT' ? name : idOf(name),
          text,
          ts,
          ...more,
        });
        return ts;
      };
      const end = Math.min(
        asked.length,
        Math.round((count * (day + 1)) / 10) + (next - Math.round((count * day) / 10)),
      );
      if (chance.isLikely(0.5)) noise(chance, { people, idOf, say });
      for (; next < end; next++) {
        clock += 2400 + Math.floor(chance.next() * 1200);
        scene({
          fact: asked[next] as Fact,
          other: asked[(next * 37 + 11) % asked.length] as Fact,
          chance,
          say,
          messages,
        });
        if (chance.isLikely(channel === 'general' ? 0.8 : 0.35)) {
          clock += 2400;
          noise(chance, { people, idOf, say });
        }
      }
      const date = new Date(Date.UTC(2026, 2, 2 + day)).toISOString().slice(0, 10);
      files.set(`${channel}/${date}.json`, json(messages));
      clock = Date.UTC(2026, 2, 3 + day, 8) / 1000;
    }
  }
  return files;
}

type Scene = {
  readonly fact: Fact;
  readonly other: Fact;
  readonly chance: Chance;
  readonly say: Say;
  readonly messages: Message[];
};

const openers = [
  '',
  '',
  'hey all, ',
  'Hi team! ',
  'quick one: ',
  '<!here> ',
  'Morning. ',
  'hi folks ',
];
const closers = [
  '',
  '',
  ' :pray:',
  ' thanks in advance!',
  ' a customer is asking me',
  ' asking for a friend :smile:',
];
const thanks = [
  'thanks!',
  'that worked, thank you',
  'perfect, thx',
  'Awesome :tada:',
  'ty!',
  'got it, cheers',
  'brilliant, that did it',
];
const me = [
  '+1',
  'same here',
  'following',
  'good question',
  ':eyes:',
  'no idea, sorry',
  'let me check',
];

function casual({ question }: Fact, chance: Chance): string {
  const said = chance.isLikely(0.5)
    ? question.charAt(0).toLowerCase() + question.slice(1)
    : question;
  return (
    chance.pick(openers) +
    said.replaceAll('&', '&amp;').replaceAll('>', '&gt;') +
    chance.pick(closers)
  );
}
const reply = ({ answer }: Fact): string => answer.replaceAll('&', '&amp;').replaceAll('>', '&gt;');

/** One question's scene; which, is drawn. */
function scene({ fact, other, chance, say, messages }: Scene): void {
  const asker = chance.pick(people);
  const helper = chance.pick(staff);
  const bystander = chance.pick(people.filter((name) => name !== asker));
  const inThread = (ts: string) => ({ thread_ts: ts });
  const thread = (text: string): string => {
    const ts = say(asker, text);
    (messages.at(-1) as Message).thread_ts = ts;
    (messages.at(-1) as Message).reply_count = 1;
    return ts;
  };
  const scenes: (() => void)[] = [
    () => {
      const ts = thread(casual(fact, chance));
      say(helper, reply(fact), inThread(ts));
      say(asker, chance.pick(thanks), inThread(ts));
    },
    () => {
      const ts = thread(casual(fact, chance));
      say(bystander, chance.pick(me), inThread(ts));
      say(helper, reply(fact), {
        ...inThread(ts),
        reactions: [{ name: 'white_check_mark', users: [idOf(asker)], count: 1 }],
      });
    },
    () => {
      const ts = thread(casual(fact, chance));
      say(bystander, reply(other), inThread(ts));
      say(asker, "hm, that didn't work", inThread(ts));
      say(helper, reply(fact), inThread(ts));
      say(asker, chance.pick(thanks), inThread(ts));
    },
    () => {
      const ts = thread(casual(fact, chance));
      say(helper, 'which shop is it?', inThread(ts));
      say(asker, 'the one in Bremen', inThread(ts));
      say(helper, reply(fact), inThread(ts));
    },
    () => {
      say(asker, casual(fact, chance));
      say(helper, `<@${idOf(asker)}> ${reply(fact)}`);
      say(asker, chance.pick(thanks));
    },
    () => {
      const second = chance.pick(people.filter((name) => name !== asker));
      say(asker, casual(fact, chance));
      say(second, 'does anyone have the slides of Monday?');
      say(helper, `<@${idOf(asker)}> ${reply(fact)}`);
      say(
        bystander,
        `<@${idOf(second)}> they are in the drive, folder Meetings, since yesterday evening`,
      );
    },
    () => {
      const ts = thread(casual(fact, chance));
      say(helper, 'let me check', inThread(ts));
      const [first = '', ...rest] = reply(fact).split(/(?<=\.) /);
      say(helper, first, inThread(ts));
      if (rest.length > 0) say(helper, rest.join(' '), inThread(ts));
    },
    () => {
      const ts = thread(casual(fact, chance));
      say(bystander, 'bump, anyone?', inThread(ts));
    },
    () => {
      const ts = thread(casual(fact, chance));
      say(asker, `nvm, found it: ${reply(fact)}`, inThread(ts));
    },
    () => {
      const ts = thread(casual(fact, chance));
      say(helper, reply(fact), inThread(ts));
      say(
        asker,
        `and ${other.question.charAt(0).toLowerCase()}${other.question.slice(1)}`,
        inThread(ts),
      );
      say(helper, reply(other), inThread(ts));
      say(asker, chance.pick(thanks), inThread(ts));
    },
    () => {
      // A bystander who talks more than who knows.
      const ts = thread(casual(fact, chance));
      say(helper, reply(fact), inThread(ts));
      say(
        bystander,
        'honestly we had the same discussion last year in the old office and nobody could remember who had set it up in the first place, so good luck with that one :joy:',
        inThread(ts),
      );
      if (chance.isLikely(0.5)) say(asker, chance.pick(thanks), inThread(ts));
    },
    () => {
      say(
        asker,
        `${casual(fact, chance)}\nsee <https://docs.harbour.example/x?id=1&amp;y=2|the docs>`,
      );
      say(helper, reply(fact));
    },
    () => {
      const ts = say(helper, `New in 2.8: ${reply(other)}`, {
        reactions: [{ name: 'tada', users: people.map(idOf), count: 20 }],
      });
      (messages.at(-1) as Message).thread_ts = ts;
      say(asker, casual(fact, chance), inThread(ts));
      say(chance.pick(staff.filter((name) => name !== helper)), reply(fact), inThread(ts));
    },
  ];
  // The first are the most frequent.
  const at = Math.floor(chance.next() ** 1.3 * scenes.length);
  scenes[at]?.();
}
