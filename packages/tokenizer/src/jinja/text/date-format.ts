import { unsupported } from '../error.ts';

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** A number with what it is filled with, and how wide. */
type Field = string | readonly [value: number, width: number, fill: '0' | ' '];

const composed: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  h: '%b',
  r: '%I:%M:%S %p',
  R: '%H:%M',
  T: '%H:%M:%S',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
};

/** The date in local time as Python's `strftime` writes it, in the C locale of glibc. */
export function formatDate(date: Date, format: string): string {
  return format.replace(/%([-_0^#]*)(\d*)([\s\S]|$)/gu, (whole, flags, width, letter) => {
    const isKnown = flags.length <= 1 && width === '';
    if (letter === '%' && isKnown && flags === '') return '%';
    const inner = composed[letter];
    if (inner !== undefined && isKnown && flags === '') return formatDate(date, inner);
    const value = field(date, letter);
    const isFlagged = flags !== '' && /[fzZnt]/.test(letter);
    if (value === undefined || !isKnown || isFlagged)
      throw unsupported(`the date format ${JSON.stringify(whole)}`);
    if (typeof value === 'string') return changed(value, flags, whole);
    const [number, digits, fill] = value;
    if (flags === '-') return String(number);
    if (flags === '^' || flags === '#')
      throw unsupported(`the date format ${JSON.stringify(whole)}`);
    const filler = flags === '' ? fill : flags === '_' ? ' ' : '0';
    return String(number).padStart(digits, filler);
  });
}

function changed(text: string, flags: string, whole: string): string {
  if (flags === '') return text;
  if (flags === '^') return text.toUpperCase();
  if (flags === '-') return text;
  throw unsupported(`the date format ${JSON.stringify(whole)}`);
}

function field(date: Date, letter: string): Field | undefined {
  const year = date.getFullYear();
  const weekday = date.getDay();
  const hour = date.getHours();
  const half = hour % 12 === 0 ? 12 : hour % 12;
  const dayOfYear = Math.round(
    (Date.UTC(year, date.getMonth(), date.getDate()) - Date.UTC(year, 0, 1)) / 86_400_000,
  );
  switch (letter) {
    case 'a':
      return days[weekday]!.slice(0, 3);
    case 'A':
      return days[weekday]!;
    case 'b':
      return months[date.getMonth()]!.slice(0, 3);
    case 'B':
      return months[date.getMonth()]!;
    case 'C':
      return [Math.floor(year / 100), 2, '0'];
    case 'd':
      return [date.getDate(), 2, '0'];
    case 'e':
      return [date.getDate(), 2, ' '];
    case 'f':
      return [date.getMilliseconds() * 1000, 6, '0'];
    case 'G':
      return [isoWeek(date).year, 4, '0'];
    case 'g':
      return [isoWeek(date).year % 100, 2, '0'];
    case 'H':
      return [hour, 2, '0'];
    case 'I':
      return [half, 2, '0'];
    case 'j':
      return [dayOfYear + 1, 3, '0'];
    case 'k':
      return [hour, 2, ' '];
    case 'l':
      return [half, 2, ' '];
    case 'm':
      return [date.getMonth() + 1, 2, '0'];
    case 'M':
      return [date.getMinutes(), 2, '0'];
    case 'n':
      return '\n';
    case 'p':
      return hour < 12 ? 'AM' : 'PM';
    case 'P':
      return hour < 12 ? 'am' : 'pm';
    case 's':
      return [Math.floor(date.getTime() / 1000), 1, '0'];
    case 'S':
      return [date.getSeconds(), 2, '0'];
    case 't':
      return '\t';
    case 'u':
      return [weekday === 0 ? 7 : weekday, 1, '0'];
    case 'U':
      return [Math.floor((dayOfYear + 7 - weekday) / 7), 2, '0'];
    case 'V':
      return [isoWeek(date).week, 2, '0'];
    case 'w':
      return [weekday, 1, '0'];
    case 'W':
      return [Math.floor((dayOfYear + 7 - ((weekday + 6) % 7)) / 7), 2, '0'];
    case 'y':
      return [year % 100, 2, '0'];
    case 'Y':
      return [year, 1, '0'];
    case 'z':
    case 'Z':
      // Python's `datetime.now()` knows no time zone.
      return '';
    default:
      return undefined;
  }
}

/** The week that holds the day's Thursday. */
function isoWeek(date: Date): { year: number; week: number } {
  const day = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  const thursday = new Date(day + (4 - (date.getDay() || 7)) * 86_400_000);
  const year = thursday.getUTCFullYear();
  const elapsed = (thursday.getTime() - Date.UTC(year, 0, 1)) / 86_400_000;
  return { year, week: Math.floor(elapsed / 7) + 1 };
}
