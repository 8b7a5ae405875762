/** What a format asks of a text: to match all the patterns, and a number of characters. */
export type Format = { readonly patterns: readonly string[]; readonly maxLength?: number };

const grouped = (value: string): string => `(?:${value})`;
/** A year that 4 divides, but not 100 unless 400 does too. */
const leapYear = '(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)';
const day = (last: '28' | '30' | '31'): string =>
  ({
    28: '(?:0[1-9]|1\\d|2[0-8])',
    30: '(?:0[1-9]|[12]\\d|30)',
    31: '(?:0[1-9]|[12]\\d|3[01])',
  })[last];
const date = grouped(
  `\\d{4}-(?:(?:0[13578]|1[02])-${day('31')}|(?:0[469]|11)-${day('30')}|02-${day('28')})|${leapYear}-02-29`,
);
const clock = '(?:[01]\\d|2[0-3]):[0-5]\\d';
const time = `${clock}:[0-5]\\d(?:\\.\\d{1,9})?(?:Z|[+-]${clock})`;

const number = '\\d{1,9}';
/** RFC 3339, appendix A. */
const ofDay = `(?:${number}H(?:${number}M(?:${number}S)?)?|${number}M(?:${number}S)?|${number}S)`;
const ofDate = `(?:${number}D|${number}M(?:${number}D)?|${number}Y(?:${number}M(?:${number}D)?)?)`;
const duration = `P(?:${ofDate}(?:T${ofDay})?|T${ofDay}|${number}W)`;

const letter = '[A-Za-z0-9]';
const orHyphen = '[A-Za-z0-9-]';
/**
 * A label of RFC 1123, up to 63 characters, without hyphens in both the third place and the fourth, which
 * RFC 5891 keeps for names of other scripts in disguise.
 */
const label = grouped(
  `${letter}(?:${orHyphen}?${letter})?|` +
    `${letter}${orHyphen}(?:${letter}${letter}|-${letter}|(?:${letter}${orHyphen}|-${letter})${orHyphen}{0,58}${letter})`,
);
const hostname = `${label}(?:\\.${label})*`;
const mailCharacter = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]";

const byte = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipv4 = `${byte}(?:\\.${byte}){3}`;
const group = '[0-9A-Fa-f]{1,4}';

/** The texts of RFC 4291, 2.2: eight groups, of which `::` stands for one or more, and the last two may be IPv4. */
function ipv6(): string {
  const forms = [`(?:${group}:){7}${group}`, `(?:${group}:){6}${ipv4}`];
  for (let before = 0; before <= 7; before++) {
    const left = before === 0 ? '' : `${group}(?::${group}){${before - 1}}`;
    const room = 7 - before;
    const ends = [''];
    if (room >= 1) ends.push(`(?:${group}:){0,${room - 1}}${group}`);
    if (room >= 2) ends.push(`(?:${group}:){0,${room - 2}}${ipv4}`);
    forms.push(`${left}::(?:${ends.join('|')})`);
  }
  return forms.join('|');
}

/** The formats that answers can be held to. */
export const formats: Readonly<Record<string, Format>> = {
  'date-time': { patterns: [whole(`${date}T${time}`)] },
  date: { patterns: [whole(date)] },
  time: { patterns: [whole(time)] },
  duration: { patterns: [whole(duration)] },
  // RFC 5321, 4.5.3.1: 64 characters before the @, 254 in all.
  email: {
    patterns: [whole(`${mailCharacter}+(?:\\.${mailCharacter}+)*@${hostname}`), '^[^@]{1,64}@'],
    maxLength: 254,
  },
  hostname: { patterns: [whole(hostname)], maxLength: 253 },
  ipv4: { patterns: [whole(ipv4)] },
  ipv6: { patterns: [whole(ipv6())] },
  uuid: { patterns: [whole('[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}')] },
};

function whole(pattern: string): string {
  return `^(?:${pattern})$`;
}
