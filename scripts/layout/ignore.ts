import { matchesGlob } from 'node:path';

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
        ? { pattern: line.slice(1), ignore: false }
        : { pattern: line, ignore: true },
    );
  return (path) => {
    const parts = path.split('/');
    const prefixes = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    let ignored = false;
    for (const { pattern, ignore } of rules)
      if (prefixes.some((prefix) => matchesGlob(prefix, pattern))) ignored = ignore;
    return ignored;
  };
}
