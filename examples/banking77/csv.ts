/**
 * Parses comma-separated text as RFC 4180 describes it: fields may stand in double quotes, and then
 * hold commas, line breaks and doubled quotes. Accepts LF and CRLF and a leading byte-order mark.
 *
 * @param text the whole file
 * @param name what an error message calls the file
 * @returns rows of fields, the header included; a blank line gives no row
 * @throws Error naming the line when a quote is never closed or stands inside a plain field
 */
export function parseCsv(text: string, name: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at);
    if (field === undefined) throw new Error(`${name} line ${line}: a quoted field is not closed`);
    const after = text[field.end];
    if (after === '"') throw new Error(`${name} line ${line}: a quote inside a plain field`);
    if (after !== undefined && !',\r\n'.includes(after)) {
      throw new Error(`${name} line ${line}: text after a closing quote`);
    }
    line += field.lineBreaks;
    row.push(field.value);
    at = field.end;
    if (after === ',') {
      at += 1;
      if (at === text.length) row.push('');
      else continue;
    } else {
      if (after === '\r') at += 1;
      if (text[at] === '\n') at += 1;
    }
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
    line += 1;
  }
  return rows;
}

interface Field {
  readonly value: string;
  /** Position of the character after the field. */
  readonly end: number;
  readonly lineBreaks: number;
}

function plainField(text: string, start: number): Field {
  let end = start;
  while (end < text.length && !',\r\n"'.includes(text[end] as string)) end += 1;
  return { value: text.slice(start, end), end, lineBreaks: 0 };
}

function quotedField(text: string, start: number): Field | undefined {
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return undefined;
    if (text[quote + 1] === '"') {
      from = quote + 2;
      continue;
    }
    const value = text.slice(start + 1, quote).replaceAll('""', '"');
    return { value, end: quote + 1, lineBreaks: value.split('\n').length - 1 };
  }
}
