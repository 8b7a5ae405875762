const styles = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Makes text bold or coloured, or leaves it as it is where the output shows no colours. */
export type Paint = Readonly<Record<keyof typeof styles, (text: string) => string>>;

export function createPaint(isColoured: boolean): Paint {
  const style =
    (code: number) =>
    (text: string): string =>
      isColoured && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    bold: style(styles.bold),
    dim: style(styles.dim),
    red: style(styles.red),
    green: style(styles.green),
    yellow: style(styles.yellow),
    cyan: style(styles.cyan),
  };
}
