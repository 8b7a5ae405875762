import { type Slots, words } from '../grammar.ts';
import type { Random } from '../random.ts';
import * as people from './people.ts';
import * as things from './things.ts';

const weekdays = words('Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday');
const months = words(
  'January, February, March, April, May, June, July, August, September, October, November, December',
);
const numbers = words(
  'two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, fifteen, twenty',
);
const small = words('two, three, four, five, six');
const symbols = ['£', '£', '£', '$', '$', '€'];
const units = ['pounds', 'pounds', 'dollars', 'euros'];
const timesOfDay = words('morning, afternoon, evening, lunchtime, night');
const moments =
  words(`yesterday, today, this morning, last night, last week, last month, on {weekday}, the day before yesterday, earlier today,
  a few days ago, {few} days ago, {few} weeks ago, an hour ago, just now, over the weekend, on the {ordinal}, at the weekend, a while ago, this afternoon`);
const durations =
  words(`{few} days, a week, over a week, {few} weeks, more than {few} days, a month, several days, {number} days, nearly a week, ages,
  almost {few} weeks, a few hours, {few} hours, {few} working days, a couple of days`);
const futures =
  words(`tomorrow, next week, on {weekday}, by {weekday}, before the weekend, in {few} days, next month, by the end of the week, soon,
  before the {ordinal}, this {weekday}, as soon as possible, tonight, by {time}`);
const occasions =
  words(`birthday, wedding, Christmas party, anniversary, holiday, house move, exhibition, school trip, conference, christening, concert,
  camping trip, business trip, dinner party, exam, summer fête, opening day, job interview, graduation, retirement party`);
const smallTalk =
  words(`thanks, thank you, many thanks, please help, thanks in advance, hope you can help, please advise, I'd be grateful for a quick answer,
  please let me know, any idea?, cheers, kind regards, best wishes, what should I do?, could you look into it?, can you help?, please sort it out`);

const from = (list: readonly string[]) => (random: Random) => random.pick(list);

function ordinal(day: number): string {
  if (day % 100 >= 11 && day % 100 <= 13) return `${day}th`;
  return `${day}${['th', 'st', 'nd', 'rd'][day % 10] ?? 'th'}`;
}

/** A sum such as `£24.90`, `30 euros` or `$1,200`; small sums are the more common. */
function amount(random: Random): string {
  const whole = Math.floor(random.next() ** 3 * (random.chance(0.1) ? 4000 : 290)) + 1;
  const pence = random.pick(['.00', '.50', '.99', '.95', `.${random.integer(10, 99)}`]);
  const shown = whole.toLocaleString('en-GB');
  if (random.chance(0.45))
    return `${whole > 9 ? Math.round(whole / 5) * 5 : whole + 1} ${random.pick(units)}`;
  return random.pick(symbols) + shown + (random.chance(0.5) ? pence : '');
}

function orderNumber(random: Random): string {
  const digits = random.integer(10000, 99999);
  const letter = random.pick(['A', 'B', 'K', 'L', 'N', 'R', 'S', 'W', 'X']);
  return random.pick([
    `${digits}`,
    `${digits}`,
    `${letter}${digits}`,
    `${letter}-${digits}`,
    `#${digits}`,
  ]);
}

function time(random: Random): string {
  const hour = random.integer(1, 12);
  const half = random.pick(['am', 'pm', ' a.m.', ' p.m.', " o'clock"]);
  if (half === " o'clock") return `${hour}${half}`;
  return random.chance(0.5)
    ? `${hour}${half}`
    : `${hour}:${random.pick(['15', '30', '45', '10', '40'])}${half}`;
}

/** What the slots of every pattern mean. */
export const slots: Slots = {
  thing: from(things.things),
  clothing: from(things.clothing),
  pair: from(things.pairs),
  furniture: from(things.furniture),
  device: (random) => random.pick(random.chance(0.6) ? things.devices : things.appliances),
  appliance: from(things.appliances),
  household: from(things.household),
  toy: from(things.playthings),
  outdoor: from(things.outdoors),
  food: from(things.foods),
  material: from(things.materials),
  colour: from(things.colours),
  part: from(things.parts),
  goods: (random) =>
    random.chance(0.2)
      ? `pair of ${random.pick(things.pairs)}`
      : `${random.chance(0.2) ? `${random.pick(things.colours)} ` : ''}${random.pick(things.things)}`,
  name: from(people.firstNames),
  surname: from(people.lastNames),
  relative: from(people.relatives),
  job: from(people.jobs),
  animal: from(people.animals),
  city: from(people.cities),
  country: from(people.countries),
  street: from(people.streets),
  shop: from(people.shops),
  merchant: from(people.merchants),
  room: from(people.rooms),
  department: from(people.departments),
  business: from(people.businesses),
  weekday: from(weekdays),
  month: from(months),
  ordinal: (random) => ordinal(random.integer(1, 31)),
  date: (random) => `${random.integer(1, 28)} ${random.pick(months)}`,
  time,
  daytime: from(timesOfDay),
  when: from(moments),
  duration: from(durations),
  until: from(futures),
  occasion: from(occasions),
  closing: from(smallTalk),
  number: from(numbers),
  few: from(small),
  digit: (random) => `${random.integer(2, 12)}`,
  percent: (random) => `${random.integer(1, 19) * 5}`,
  code: (random) => `${random.pick(['E', 'F', 'H', 'P', ''])}${random.integer(1, 99)}`,
  amount,
  order: orderNumber,
  currency: from(
    words(
      'euros, dollars, pounds, Swiss francs, yen, Polish zloty, Turkish lira, Danish kroner, rupees, rubles',
    ),
  ),
  courier: from(
    words(
      'courier, driver, postman, delivery man, delivery company, carrier, delivery service, van driver',
    ),
  ),
  parcel: from(words('parcel, package, order, delivery, shipment, packet, box')),
  size: from(
    words(
      'small, medium, large, extra large, size 10, size 12, size 38, size 42, size 6, 32, one size',
    ),
  ),
};
