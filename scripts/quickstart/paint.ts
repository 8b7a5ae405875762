/** Terminal colours, plain text when the output is not a terminal or NO_COLOR is set. */
const coloured = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;

function style(code: number): (text: string) => string {
  return (text) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);
}

export const paint = { bold: style(1), dim: style(2), green: style(32), red: style(31) };
