/**
 * Whether a .dockerignore file keeps a path (relative, with "/") out of the build: the last pattern
 * that matches the path or a folder above it decides.
 */
export function ignoredBy(dockerignore: string): (path: string) => boolean {
  const rules = dockerignore
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) =>
      line.startsWith('!')
        ? { pattern: expressionOf(line.slice(1)), ignore: false }
        : { pattern: expressionOf(line), ignore: true },
    );
  return (path) => {
    const parts = path.split('/');
    const prefixes = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    let ignored = false;
    for (const { pattern, ignore } of rules)
      if (prefixes.some((prefix) => pattern.test(prefix))) ignored = ignore;
    return ignored;
  };
}

/** Docker's patterns: `**` is any number of folders, `*` anything but "/", dots included. */
function expressionOf(pattern: string): RegExp {
  const text = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll(
      /\*\*\/|\*|\?/g,
      (wild) => ({ '**/': '(?:.*/)?', '*': '[^/]*', '?': '[^/]' })[wild] ?? wild,
    );
  return new RegExp(`^${text}$`);
}
