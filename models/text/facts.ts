import { expand, lines } from './grammar.ts';
import type { Random } from './random.ts';
import { animals, jobs } from './words/people.ts';
import { slots } from './words/slots.ts';

const work: Readonly<Record<string, string>> = {
  teacher: 'teaches children',
  nurse: 'cares for the sick',
  driver: 'drives a van',
  baker: 'bakes bread and cakes',
  gardener: 'plants flowers and cuts hedges',
  plumber: 'repairs pipes and taps',
  electrician: 'repairs wires and lamps',
  carpenter: 'builds things from wood',
  cook: 'prepares meals',
  waiter: 'brings food to the table',
  cleaner: 'washes floors and windows',
  accountant: 'checks bills and taxes',
  lawyer: 'knows the law',
  doctor: 'treats patients',
  dentist: 'looks after teeth',
  librarian: 'lends books',
  farmer: 'grows corn and keeps cows',
  painter: 'paints walls',
  photographer: 'takes pictures',
  hairdresser: 'cuts hair',
  mechanic: 'repairs cars',
  pilot: 'flies planes',
  porter: 'carries bags',
  postman: 'brings letters and parcels',
  receptionist: 'welcomes visitors',
  secretary: 'types letters',
  engineer: 'plans machines',
  cashier: 'takes the money at the till',
  tailor: 'sews suits',
  musician: 'plays the violin',
  journalist: 'writes for a newspaper',
  architect: 'draws houses',
  vet: 'treats animals',
  chemist: 'sells medicine',
  butcher: 'sells meat',
  florist: 'sells flowers',
  guard: 'watches the door',
  'shop assistant': 'serves customers',
  manager: 'leads a team',
  director: 'runs the company',
  translator: 'turns one language into another',
  builder: 'builds walls',
};
const uses: Readonly<Record<string, string>> = {
  kettle: 'boil water',
  toaster: 'brown slices of bread',
  lamp: 'light a room',
  vase: 'hold flowers',
  knife: 'cut food',
  duvet: 'keep warm in bed',
  towel: 'dry your hands',
  clock: 'tell the time',
  broom: 'sweep the floor',
  iron: 'smooth clothes',
  umbrella: 'stay dry in the rain',
  suitcase: 'pack clothes for a journey',
  wallet: 'carry money and cards',
  printer: 'print pages',
  camera: 'take photographs',
  phone: 'call people',
  router: 'connect a house to the internet',
  headset: 'listen without disturbing others',
  thermostat: 'keep the temperature',
  radio: 'hear the news',
  dishwasher: 'wash plates and cups',
  fridge: 'keep food cold',
  freezer: 'freeze food',
  oven: 'bake and roast',
  blender: 'mix fruit into a drink',
  fan: 'move the air',
  heater: 'warm a cold room',
  drill: 'make holes',
  lawnmower: 'cut grass',
  tent: 'sleep outdoors',
  helmet: 'protect the head',
  hose: 'water the garden',
  spade: 'dig',
  ladder: 'reach high places',
  hammer: 'drive nails',
  saw: 'cut wood',
  screwdriver: 'turn screws',
  invoice: 'ask for payment',
  receipt: 'prove a purchase',
  password: 'keep an account safe',
  refund: 'give a customer the money back',
  label: 'show where a parcel goes',
  barcode: 'scan a product at the till',
  contract: 'write down what two sides agree',
  cheque: 'pay without cash',
  passport: 'travel abroad',
  dictionary: 'look up words',
  calendar: 'plan the days of a year',
  envelope: 'post a letter',
  stamp: 'pay for the post',
  map: 'find the way',
  ticket: 'ride on a train',
  key: 'open a door',
  scale: 'weigh things',
  thermometer: 'measure temperature',
  calculator: 'add up numbers',
  stapler: 'fasten pages together',
  battery: 'give power to a device',
  filter: 'keep dirt out',
  voucher: 'pay less for something',
};
const opposites =
  lines(`big small\n hot cold\n new old\n early late\n full empty\n open closed\n cheap expensive\n heavy light\n fast slow\n
  loud quiet\n long short\n wide narrow\n wet dry\n clean dirty\n strong weak\n right wrong\n happy sad\n safe dangerous\n soft hard\n rich poor\n
  buy sell\n send receive\n give take\n arrive leave\n start stop\n push pull\n win lose\n remember forget\n accept refuse\n polite rude\n whole broken\n
  public private\n deep shallow\n thick thin\n sharp blunt\n simple difficult\n import export\n deposit withdraw\n lend borrow\n lock unlock\n pack unpack`);
const alike =
  lines(`parcel package\n buy purchase\n begin start\n end finish\n broken damaged\n angry furious\n fix repair\n help assist\n ask request\n
  get receive\n send post\n choose select\n price cost\n fee charge\n mistake error\n quick fast\n big large\n small little\n shop store\n courier carrier\n
  swap exchange\n cancel revoke\n declined refused\n cash money\n trousers pants\n sofa couch\n rubbish garbage\n holiday vacation\n flat apartment\n lift elevator\n
  bill invoice\n sick ill\n strange odd\n missing lost\n reply answer\n client customer\n staff employees\n rude impolite\n faulty defective\n late overdue\n
  login sign-in\n delete remove\n change alter\n voucher coupon\n guarantee warranty\n quiet silent\n spectacles glasses\n jumper sweater\n worker employee`);
const capitals =
  lines(`France Paris\n Spain Madrid\n Italy Rome\n Germany Berlin\n Ireland Dublin\n Portugal Lisbon\n Poland Warsaw\n Norway Oslo\n
  Austria Vienna\n Greece Athens\n Japan Tokyo\n Egypt Cairo\n Kenya Nairobi\n Hungary Budapest\n Finland Helsinki\n Cuba Havana\n Canada Ottawa\n Belgium Brussels`);
const food: Readonly<Record<string, string>> = {
  dog: 'meat',
  cat: 'fish',
  horse: 'hay',
  rabbit: 'carrots',
  hamster: 'seeds',
  parrot: 'nuts',
  goldfish: 'flakes',
  tortoise: 'lettuce',
  hen: 'corn',
  duck: 'water plants',
  sheep: 'grass',
  goat: 'leaves',
  cow: 'grass',
  pony: 'apples',
  canary: 'seeds',
  'guinea pig': 'vegetables',
  hedgehog: 'insects',
  squirrel: 'nuts',
  fox: 'mice',
  owl: 'mice',
  bee: 'nectar',
  butterfly: 'nectar',
  frog: 'flies',
  mouse: 'cheese',
  swan: 'bread',
};
const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** A question and its answer. */
export interface Fact {
  readonly question: string;
  readonly answer: string;
  /** The fact as a statement. */
  readonly statement: string;
}

const pair = (line: string): readonly [string, string] => line.split(' ') as [string, string];
const makers: readonly ((random: Random) => readonly [string, string, string])[] = [
  (random) => {
    const job = random.pick(jobs);
    return [
      `what does a ${job} do?`,
      `a ${job} ${work[job] ?? ''}.`,
      `a ${job} ${work[job] ?? ''}.`,
    ];
  },
  (random) => {
    const job = random.pick(jobs);
    return [`who ${work[job] ?? ''}?`, `a ${job}.`, `the ${job} [in {city}|] ${work[job] ?? ''}.`];
  },
  (random) => {
    const [thing, use] = random.pick(Object.entries(uses));
    return [
      `what [is a ${thing} for|do you use a ${thing} for]?`,
      `to ${use}.`,
      `[you use a ${thing} to ${use}|with a ${thing} you can ${use}|a ${thing} helps to ${use}].`,
    ];
  },
  (random) => {
    const [thing, use] = random.pick(Object.entries(uses));
    return [`what do I need to ${use}?`, `a ${thing}.`, `if you want to ${use}, take a ${thing}.`];
  },
  (random) => {
    const [one, other] = random.shuffled(pair(random.pick(opposites)));
    return [`what is the opposite of ${one}?`, `${other}.`, `the opposite of ${one} is ${other}.`];
  },
  (random) => {
    const [one, other] = random.shuffled(pair(random.pick(alike)));
    return [
      `[what is another word for|which word means the same as] ${one}?`,
      `${other}.`,
      `${one} means the same as ${other}.`,
    ];
  },
  (random) => {
    const [country, city] = pair(random.pick(capitals));
    return [
      `what is the capital of ${country}?`,
      `${city}.`,
      `${city} is the capital of ${country}.`,
    ];
  },
  (random) => {
    const animal = random.pick(animals);
    return [
      `what does a ${animal} eat?`,
      `${food[animal] ?? ''}.`,
      `a ${animal} eats ${food[animal] ?? ''}.`,
    ];
  },
  (random) => {
    const day = random.integer(0, 6);
    const next = days[(day + 1) % 7] ?? '';
    return [`which day comes after ${days[day]}?`, `${next}.`, `after ${days[day]} comes ${next}.`];
  },
  (random) => {
    const [a, b] = [random.integer(1, 12), random.integer(1, 12)];
    return [`[how much|what] is ${a} plus ${b}?`, `${a + b}.`, `${a} plus ${b} is ${a + b}.`];
  },
  (random) => {
    const [price, count] = [random.integer(1, 9), random.integer(2, 6)];
    return [
      `one {household} costs £${price}. How much are ${count}?`,
      `£${price * count}.`,
      `${count} [pieces|tickets|bottles] at £${price} each cost £${price * count}.`,
    ];
  },
];

/** A small fact of everyday life. */
export function fact(random: Random): Fact {
  const [question, answer, statement] = random.pick(makers)(random);
  return {
    question: expand(question, random, slots),
    answer: expand(answer, random, slots),
    statement: expand(statement, random, slots),
  };
}
