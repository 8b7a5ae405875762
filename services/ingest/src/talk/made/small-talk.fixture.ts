import type { Chance } from '@lathe/testkit/made-facts';

type Say = (user: string, text: string, more?: Record<string, unknown>) => unknown;

const smallTalk = [
  ['did you see the match yesterday?', 'only the second half, what a goal in the last minute'],
  [
    'who has the key of the meeting room on the third floor?',
    'me, I bring it down after the call at eleven',
  ],
  [
    'is the coffee machine broken again?',
    'it only wants water, the tank sits loose on the left side',
  ],
  ['are we doing the retro today?', 'yes, at three, I put the board into the calendar entry'],
  ["isn't it great that 2.8 is out?", 'so happy, that took us the whole winter and half of spring'],
  [
    'does anybody want two tickets for the concert on Friday?',
    'oh yes please, I would take both of them from you',
  ],
  [
    'why is everything so quiet here today?',
    'half of the team is at the fair in Hamburg until Thursday',
  ],
  [
    'can someone review my pull request for the label cache?',
    'looked at it, two small things about the names in the test',
  ],
  [
    'what is the wifi password of the new office?',
    'it hangs on the fridge in the kitchen, and changes every Monday',
  ],
  ['how was your holiday?', 'wonderful, two weeks without a laptop and with a lot of rain'],
  [
    'any idea for a present for Nora?',
    'she likes plants, so something green for the window at her desk',
  ],
  ['when is the all-hands?', 'Thursday at four, the link is in the invite that came this morning'],
] as const;

type Office = {
  readonly people: readonly string[];
  readonly idOf: (name: string) => string;
  readonly say: Say;
};

/** What else is said at work. */
export function noise(chance: Chance, { people, idOf, say }: Office): void {
  const [one, two, three] = [chance.pick(people), chance.pick(people), chance.pick(people)];
  const kinds: (() => void)[] = [
    () => say(one, `<@${idOf(one)}> has joined the channel`, { subtype: 'channel_join' }),
    () =>
      say('UBOT', 'Deployed harbour-web 2.8.1 to production. Roll back?', {
        subtype: 'bot_message',
        bot_id: 'B1',
      }),
    () => {
      say(one, 'anyone up for lunch?');
      say(two, 'me! meet downstairs at 12 by the bikes');
      say(three, 'in');
    },
    () => {
      say(one, 'can we move the standup to ten tomorrow?');
      say(two, 'works for me, I have changed the invite so that everybody sees the new time');
    },
    () => {
      say(one, 'can you believe this weather?');
      say(two, 'unreal, my bike was under water this morning');
    },
    () => say(one, '', { subtype: 'file_share', files: [{ id: 'F1', name: 'cat.png' }] }),
    () => say(one, 'This message was deleted.', { subtype: 'tombstone', hidden: true }),
    () =>
      say(one, 'Happy birthday <@U0ANA>! :cake:', {
        reactions: [{ name: 'tada', users: people.map(idOf), count: 20 }],
      }),
    () => {
      say(one, 'who broke the build?');
      say(two, 'guilty :see_no_evil: fix is on its way, the test of the label cache was wrong');
      say(one, 'thanks!');
    },
    ...smallTalk.map(([first, second]) => () => {
      say(one, first);
      say(two, second);
    }),
    () => say(one, 'The new scanners arrived, they lie on the shelf by the door.'),
  ];
  chance.pick(kinds)();
}
