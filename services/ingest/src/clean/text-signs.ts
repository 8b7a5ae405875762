/** What tells cheaply that a text cannot hold what is looked for. */
export type TextSigns = {
  /** How many digits (0 to 9) it has. */
  readonly digits: number;
  /** The longest run of characters that keys are written with: those of words, `/`, `+`, `.`, `=` and `-`. */
  readonly keyLength: number;
  /** The longest such run with a digit in it. */
  readonly mixedLength: number;
};

const [digit, ofKeys] = [1, 2];
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return (/\d/.test(character) ? digit : 0) | (/[\w/+.=-]/.test(character) ? ofKeys : 0);
});

/** The signs of a text, by one look at each of its characters. */
export function signsOf(text: string): TextSigns {
  let digits = 0;
  let keyLength = 0;
  let mixedLength = 0;
  let run = 0;
  /** Digits before the run. */
  let before = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? (kinds[code] as number) : 0;
    digits += kind & digit;
    if (kind !== 0) run++;
    else if (run > 0) {
      if (run > keyLength) keyLength = run;
      if (run > mixedLength && digits > before) mixedLength = run;
      before = digits;
      run = 0;
    }
  }
  if (run > mixedLength && digits > before) mixedLength = run;
  return { digits, keyLength: Math.max(run, keyLength), mixedLength };
}
