import { secretNames } from './secrets.ts';

const [digit, ofKeys, letter, ofPhones] = [1, 2, 4, 8];
const hex = 16;
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  const is = (pattern: RegExp, kind: number): number => (pattern.test(character) ? kind : 0);
  return (
    is(/\d/, digit) |
    is(/[\w/+.=-]/, ofKeys) |
    is(/[a-z]/i, letter) |
    is(/[\d .()/-]/, ofPhones) |
    is(/[\da-f]/i, hex)
  );
});

const [colon, at, dot, equals, space] = [0x3a, 0x40, 0x2e, 0x3d, 0x20];
/** The end of `PRIVATE KEY`. */
const [letterK, letterE, letterY] = [0x4b, 0x45, 0x59];
/** How keys begin that are known by it (secrets.ts), by three characters as one number. */
const keyBeginnings = new Set(
  'sk- sk_ pk_ rk_ ghp gho ghu ghs ghr git glp xox AKI ASI AIz ya2 hf_ npm pyp SG. dop shp whs eyJ'
    .split(' ')
    .map((text) => numberOf(text.charCodeAt(0), text.charCodeAt(1), text.charCodeAt(2))),
);
/** The first characters of those. */
const beginsKey = new Uint8Array(128);
for (const beginning of keyBeginnings) beginsKey[beginning >> 14] = 1;

/** What the rules of personal-kinds.ts ask for at the least: characters of an IBAN behind its first four, digits of a number, and signs between two of them at most. */
const least = { keyLength: 15, ibanLength: 11, phoneDigits: 7, addressDigits: 4 };
const mostBetween = 2;
/** Numbers of an address with dots, and digits of each but the ends. */
const address = { numbers: 4, mostDigits: 3 };

function numberOf(first: number, second: number, third: number): number {
  return (first << 14) | (second << 7) | third;
}

/**
 * Whether a text of ASCII may hold personal data: by one look at each of its bytes, which says yes wherever `personalDataIn` finds
 * something, and of most texts no.
 */
export function mayHoldPersonalData(text: Uint8Array): boolean {
  let digits = 0;
  /** How long the run of characters of keys is, and whether it has a digit; what was seen of such runs before. */
  let run = 0;
  let isMixed = false;
  let isLongMixed = false;
  /** Where in this run the first key begins that is known by it, or -1. */
  let keyFrom = -1;
  /** Digits of the number that may be a phone's, and signs since the last of them. */
  let phone = 0;
  let between = 0;
  /** Digits behind a dot. */
  let dotted = 0;
  /** Whether there was a colon, and hexadecimal digits alone behind it. */
  let isGroup = false;
  let before = space;
  for (let place = 0; place < text.length; place++) {
    const byte = text[place] as number;
    const kind = kinds[byte] as number;
    const last = kinds[before] as number;
    if ((kind & ofKeys) === 0) {
      run = 0;
      isMixed = false;
      keyFrom = -1;
      // A name ends with a letter, a digit or a sign, and a domain begins with one of the first two.
      if (byte === at && (last & ofKeys) !== 0) {
        const next = text[place + 1] ?? space;
        if (((kinds[next] as number) & (letter | digit)) !== 0) return true;
      }
    } else {
      if (
        keyFrom < 0 &&
        ((last & ofKeys) === 0 || before === dot || before === equals) &&
        beginsKey[byte] === 1 &&
        keyBeginnings.has(numberOf(byte, text[place + 1] ?? space, text[place + 2] ?? space))
      )
        keyFrom = place;
      // What is known by its beginning goes on for as long.
      if (keyFrom >= 0 && place - keyFrom >= least.keyLength - 1) return true;
      isMixed ||= (kind & digit) !== 0;
      if (++run >= least.keyLength) isLongMixed ||= isMixed;
      if (byte === letterY && before === letterE && text[place - 2] === letterK) return true;
    }
    if (byte === colon) {
      if (isGroup) return true;
      isGroup = true;
    } else isGroup &&= (kind & hex) !== 0;
    if ((kind & digit) !== 0) {
      digits++;
      if (++phone >= least.phoneDigits) return true;
      between = 0;
      if (before === dot) dotted++;
      // Two letters and two digits may begin an IBAN.
      if (
        (last & digit) !== 0 &&
        place >= 3 &&
        ((kinds[text[place - 2] as number] as number) & letter) !== 0 &&
        ((kinds[text[place - 3] as number] as number) & letter) !== 0 &&
        mayBeIban(text, place - 3)
      )
        return true;
    } else if ((kind & ofPhones) === 0 || ++between > mostBetween) phone = 0;
    before = byte;
  }
  return (
    (isLongMixed && namesSecret(text)) ||
    (dotted >= address.numbers - 1 && digits >= least.addressDigits && hasAddress(text))
  );
}

function namesSecret({ buffer, byteOffset, length }: Uint8Array): boolean {
  return secretNames.test(Buffer.from(buffer, byteOffset, length).toString('latin1'));
}

/** Whether what begins with two letters and two digits goes on as an IBAN does, and nothing of a word stands before it. */
function mayBeIban(text: Uint8Array, from: number): boolean {
  const ofWord = letter | digit;
  const is = (at: number): boolean => ((kinds[text[at] ?? space] as number) & ofWord) !== 0;
  if (from > 0 && is(from - 1)) return false;
  let at = from + 4;
  for (let length = 0; length < least.ibanLength; length++, at++) {
    if (text[at] === space) at++;
    if (!is(at)) return false;
  }
  return true;
}

/** Whether four numbers stand there with dots between them. */
function hasAddress(text: Uint8Array): boolean {
  /** Numbers that are followed by a dot each, and digits of the one that is read. */
  let numbers = 0;
  let digits = 0;
  for (let place = 0; place < text.length; place++) {
    const byte = text[place] as number;
    if (((kinds[byte] as number) & digit) !== 0) {
      digits++;
      if (numbers === address.numbers - 1) return true;
      // What is too long is no number between dots, but may be the end of one before them.
      if (numbers > 0 && digits > address.mostDigits) numbers = 0;
    } else {
      numbers = byte === dot && digits > 0 ? numbers + 1 : 0;
      digits = 0;
    }
  }
  return false;
}
