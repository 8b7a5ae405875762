import { expand } from './grammar.ts';
import { asTyped } from './noise.ts';
import { asides, bankContexts, leads, openings, shopContexts } from './phrases.ts';
import type { Random } from './random.ts';
import { isReserved } from './reserved.ts';
import { account } from './subjects/account.ts';
import { bankCards } from './subjects/bank-cards.ts';
import { bankCharges } from './subjects/bank-charges.ts';
import { bankMoney } from './subjects/bank-money.ts';
import { goods } from './subjects/goods.ts';
import { office } from './subjects/office.ts';
import { payments } from './subjects/payments.ts';
import { returns } from './subjects/returns.ts';
import { shipping } from './subjects/shipping.ts';
import { anger, stopping } from './subjects/stopping.ts';
import type { Intent } from './subjects/subject.ts';
import { technical } from './subjects/technical.ts';
import { slots } from './words/slots.ts';

/** Everything that the messages are about. */
export const intents: readonly Intent[] = [
  ...shipping,
  ...returns,
  ...payments,
  ...account,
  ...technical,
  ...goods,
  ...stopping,
  ...anger,
  ...bankCharges,
  ...bankMoney,
  ...bankCards,
  ...office,
];

const bankAreas = new Set(['bank charges', 'bank money', 'bank cards']);

/** One message of a customer or colleague about `intent`, as it might be typed. */
export function message(intent: Intent, random: Random): string {
  for (;;) {
    const text = composed(intent, random);
    if (!isReserved(text)) return text;
  }
}

function composed(intent: Intent, random: Random): string {
  const sentences: string[] = [];
  if (random.chance(0.28)) sentences.push(random.pick(openings));
  const context = bankAreas.has(intent.area) ? bankContexts : shopContexts;
  if (intent.area !== 'office' && random.chance(0.14)) sentences.push(random.pick(context));
  const lead = random.chance(0.12) ? `${random.pick(leads)} ` : '';
  sentences.push(lead + random.pick(intent.says));
  if (random.chance(0.16)) sentences.push(random.pick(intent.says));
  if (random.chance(0.06)) sentences.push(random.pick(context));
  if (random.chance(0.2)) sentences.push(random.pick(asides));
  if (random.chance(0.18)) sentences.push(`{closing}.`);
  return asTyped(join(sentences, random), random);
}

/** What a helpful person answers to a message about `intent`. */
export function reply(intent: Intent, random: Random): string {
  const first = random.chance(0.3)
    ? '[Hello|Hi|Dear {name}|Thank you for your message|Good morning]. '
    : '';
  const last = random.chance(0.2)
    ? ' [Is there anything else|Kind regards, {name}|Please write again if you need help|We are here to help|Have a nice day].'
    : '';
  return expand(`${first}${random.pick(intent.replies)}${last}`, random, slots);
}

function join(sentences: readonly string[], random: Random): string {
  const written = sentences.map((sentence) => expand(sentence, random, slots));
  return written
    .map((sentence, index) => {
      const continues = /[,:]$|but$/.test(written[index - 1] ?? '');
      const keepsCapital =
        /^\{(name|merchant)/.test(sentences[index] ?? '') || /^I\b/.test(sentence);
      return continues && !keepsCapital ? sentence[0]?.toLowerCase() + sentence.slice(1) : sentence;
    })
    .join(' ')
    .replace(/\?\./g, '?');
}
