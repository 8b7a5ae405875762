/** The longest line that is read so, in bytes: none is longer by much that anybody writes. */
const longestLine = 256 * 1024;

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

/** What an escape stands for that JSON.stringify writes in the same way; 0: another one. */
const escapes = new Uint8Array(128);
for (const [letter, meant] of [
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['"', '"'],
  ['\\', '\\'],
] as const)
  escapes[letter.charCodeAt(0)] = meant.charCodeAt(0);

/** Blanks of JSON. */
const isBlank = new Uint8Array(256);
for (const blank of [' ', '\t', '\r', '\n']) isBlank[blank.charCodeAt(0)] = 1;

const key = (name: string): Buffer => Buffer.from(`"${name}"`);
const keys = { messages: key('messages'), role: key('role'), content: key('content') };
const roles = ['system', 'developer', 'user', 'assistant'].map(
  (name) => [name, key(name)] as const,
);

/**
 * A chat as its line has it, where that is nothing but messages of ASCII with a role and a content in an order that is not worth a warning: what
 * they say, and their JSON as it is stored. It is good until the next line is read.
 */
export class PlainChat {
  /** The roles with a blank between them. */
  roles = '';
  /** Message i says the bytes from `places[i]` to `places[i + 1]`. */
  contents = Buffer.alloc(4096);
  places = new Int32Array(64);
  /** The messages as JSON.stringify writes them, with commas between them; `ends[i]`: where message i ends. */
  json = Buffer.alloc(4096);
  ends = new Int32Array(64);
  count = 0;
  #line: Uint8Array = new Uint8Array();
  #at = 0;

  /** Reads a line; false where it is of another form, or something may be wrong with it. */
  read(line: Uint8Array): boolean {
    if (line.length > longestLine) return false;
    this.#begin(line);
    if (!this.#opens(openBrace) || !this.#takes(keys.messages) || !this.#opens(colon)) return false;
    if (!this.#opens(openBracket)) return false;
    do if (!this.#message()) return false;
    while (this.#opens(comma));
    if (!this.#opens(closeBracket) || !this.#opens(closeBrace)) return false;
    this.#skip();
    return this.#at === line.length && this.roles.endsWith('assistant');
  }

  /** What a message says. */
  content(message: number): Buffer {
    return this.contents.subarray(this.places[message], this.places[message + 1]);
  }

  #begin(line: Uint8Array): void {
    this.#line = line;
    this.#at = 0;
    this.count = 0;
    this.roles = '';
    // A message grows by a few keys at most, since it has those already.
    if (this.contents.length < line.length) {
      this.contents = Buffer.alloc(2 * line.length);
      this.json = Buffer.alloc(4 * line.length);
    }
  }

  #skip(): void {
    while (isBlank[this.#line[this.#at] as number] === 1) this.#at++;
  }

  /** Goes past a sign and the blanks before it. */
  #opens(sign: number): boolean {
    this.#skip();
    if (this.#line[this.#at] !== sign) return false;
    this.#at++;
    return true;
  }

  /** Goes past a text in quotation marks and the blanks before it. */
  #takes(text: Uint8Array): boolean {
    this.#skip();
    const line = this.#line;
    const from = this.#at;
    for (let at = 0; at < text.length; at++) if (line[from + at] !== text[at]) return false;
    this.#at = from + text.length;
    return true;
  }

  #message(): boolean {
    const { count } = this;
    if (count + 2 > this.places.length) return false;
    if (!this.#opens(openBrace)) return false;
    const isRoleFirst = this.#takes(keys.role);
    let role: string | undefined;
    if (isRoleFirst) {
      role = this.#role();
      if (role === undefined || !this.#opens(comma)) return false;
    }
    if (!this.#takes(keys.content) || !this.#opens(colon) || !this.#opens(quote)) return false;
    const from = this.#at;
    if (!this.#content()) return false;
    const to = this.#at - 1;
    if (!isRoleFirst) {
      if (!this.#opens(comma) || !this.#takes(keys.role)) return false;
      role = this.#role();
    }
    if (role === undefined || !this.#opens(closeBrace) || !this.#follows(role)) return false;
    this.roles = count === 0 ? role : `${this.roles} ${role}`;
    this.#write(role, from, to);
    this.count++;
    return true;
  }

  #role(): string | undefined {
    if (!this.#opens(colon)) return undefined;
    for (const [name, text] of roles) if (this.#takes(text)) return name;
    return undefined;
  }

  /** Whether nobody is warned of a role in its place: one that tells the model what it is, and then user and assistant in turns. */
  #follows(role: string): boolean {
    const { count } = this;
    if (role === 'user') return count === 0 || !this.roles.endsWith('user');
    if (role === 'assistant') return this.roles.endsWith('user');
    return count === 0;
  }

  /** What stands up to the quotation mark that ends it; false where it is empty, blank, or not of ASCII that JSON.stringify writes so. */
  #content(): boolean {
    const line = this.#line;
    const { contents } = this;
    let next = this.places[this.count] as number;
    let at = this.#at;
    let isSaid = false;
    for (; ; at++) {
      let byte = line[at] as number;
      if (byte === quote) break;
      // The end of the line is none of these either.
      if (!(byte >= 0x20 && byte < 0x7f)) return false;
      if (byte === backslash) {
        byte = escapes[line[++at] as number] as number;
        if (!(byte > 0)) return false;
      }
      if (byte > 0x20) isSaid = true;
      contents[next++] = byte;
    }
    this.#at = at + 1;
    this.places[this.count + 1] = next;
    return isSaid;
  }

  #write(role: string, from: number, to: number): void {
    const { json, count } = this;
    let end = count === 0 ? 0 : (this.ends[count - 1] as number);
    if (count > 0) json[end++] = comma;
    end += json.write(`{"role":"${role}","content":"`, end, 'latin1');
    json.set(this.#line.subarray(from, to), end);
    end += to - from;
    json[end++] = quote;
    json[end++] = closeBrace;
    this.ends[count] = end;
  }
}
