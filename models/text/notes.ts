import { expand, lines } from './grammar.ts';
import type { Random } from './random.ts';
import { slots } from './words/slots.ts';

/** Something that a short text says, so that it can be asked for. */
interface Field {
  readonly name: string;
  readonly value: string;
}

/** A short text and the details that stand in it word for word. */
export interface Note {
  readonly text: string;
  readonly fields: readonly Field[];
}

const forms = lines(`
  {<name>} {<surname>} from {<city>} ordered a {<goods>} on {<date>}. The order number is {<order>} and the price was {<amount>}.
  thank you for your order {<order>}. Your {<goods>} will be sent to {<street>} on {<weekday>}.
  invoice for {<name>} {<surname>}: one {<goods>}, {<amount>}, to be paid by {<date>}.
  the meeting with {<name>} is on {<weekday>} at {<time>} in the {<room>}. Please bring the {<household>}.
  {<name>} called at {<time>}. {She} wants to know when the {<goods>} comes to {<city>}.
  notice: our shop in {<city>} is closed on {<weekday>}. You can collect a {<goods>} from {<time>} on {<date>}.
  the {<courier>} left the {<goods>} with {<name>}, who lives in {<street>}.
  on {<date>} {<name>} paid {<amount>} for a {<goods>} made of {<material>}.
  {<name>} works as a {<job>} in {<city>}. {She} has a {<animal>} and likes {<food>}.
  the {<colour>} {<thing>} costs {<amount>}. It is in the {<room>}.
  train to {<city>}: leaves at {<time>} on {<weekday>}, one ticket costs {<amount>}.
  recipe of {<name>}: take {<food>}, add {<food>} and wait until {<time>}.
  return number {<order>}: {<name>} sent back a {<goods>} because of the {<part>}. Refund {<amount>}.
  lost and found: a {<colour>} {<clothing>} was found in the {<room>} on {<weekday>}. Ask {<name>} in {<department>}.
  {<name>} transferred {<amount>} to {<surname>} on {<date>} for the {<thing>}.
  new in {<department>}: {<name>} {<surname>}, who was a {<job>} in {<country>} before.
`);

const fieldNames: Readonly<Record<string, string>> = {
  goods: 'item',
  household: 'item',
  thing: 'item',
  surname: 'surname',
  order: 'number',
  amount: 'amount',
  courier: 'carrier',
};

/** Writes a notice, an order line or the like, and says which details it holds. */
export function note(random: Random): Note {
  const fields: Field[] = [];
  const form = random.pick(forms).replaceAll('{She}', random.pick(['She', 'He']));
  const text = form.replace(/\{<(\w+)>\}/g, (_, slot: string) => {
    const value = expand(`{${slot}}`, random, slots);
    const shown =
      /^[A-Z]/.test(value) && !/^(a|an|the) /.test(value) && isCommon(slot)
        ? value[0]?.toLowerCase() + value.slice(1)
        : value;
    const name = fieldNames[slot] ?? slot;
    if (!fields.some((field) => field.name === name)) fields.push({ name, value: shown });
    return shown;
  });
  return { text: expand(text, random, slots), fields };
}

/** Slots whose values begin with a small letter inside a sentence. */
function isCommon(slot: string): boolean {
  return [
    'goods',
    'household',
    'thing',
    'job',
    'animal',
    'food',
    'colour',
    'clothing',
    'room',
    'part',
    'courier',
    'material',
  ].includes(slot);
}
