import { posix } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import type { DataFiles } from './choose-members.ts';
import { Unreadable } from './limits.ts';
import { type SplitName, splitOf } from './split-names.ts';

const pathsSchema = z.union([z.string().transform((path) => [path]), z.array(z.string())]);
const filesSchema = z.union([
  z.array(z.object({ split: z.string(), path: pathsSchema })),
  pathsSchema.transform((path) => [{ split: 'train', path }]),
]);
const cardSchema = z.object({
  configs: z
    .array(
      z.object({
        config_name: z.string(),
        data_files: filesSchema.optional(),
        data_dir: z.string().optional(),
        default: z.boolean().optional(),
      }),
    )
    .optional(),
});

/** Most places of a README where an alias stands for something. */
const mostAliases = 100;

/**
 * What the head of a README.md says of a data set's files (the `configs` of Hugging Face), which lies at `path` in the archive;
 * undefined where it says nothing. Of several configurations the default one is taken, or else the first, and `tell` is told of
 * the others. Throws Unreadable for a head that is no YAML.
 */
export function dataFilesOf(
  readme: string,
  path: string,
  tell: (message: string) => void,
): DataFiles | undefined {
  const head = /^\ufeff?---\r?\n(.*?)\r?\n---(?:\r?\n|$)/s.exec(readme)?.[1];
  if (head === undefined) return undefined;
  const { configs } = cardOf(head);
  const named =
    configs?.filter(({ data_files: files, data_dir: dir }) => (files ?? dir) !== undefined) ?? [];
  const chosen =
    named.find((config) => config.default === true) ??
    named.find(({ config_name: name }) => name === 'default') ??
    named[0];
  if (chosen === undefined) return undefined;
  const others = named.filter((config) => config !== chosen).map((config) => config.config_name);
  if (others.length > 0)
    tell(
      `The configuration ${chosen.config_name} of README.md was read, and not ${others.join(', ')}`,
    );
  const { config_name: config, data_files: files, data_dir: dir = '.' } = chosen;
  const folder = posix.join(posix.dirname(path), dir);
  // All of a folder, with the splits that the names of its files say.
  if (files === undefined) {
    const within = folder === '.' ? '' : `${folder.replace(/\/$/, '')}/`;
    return {
      config,
      splitOf: (name) =>
        name.startsWith(within) ? (splitOf(name.slice(within.length)) ?? 'train') : undefined,
    };
  }
  const rules = files.flatMap(({ split, path: patterns }) =>
    patterns.map((pattern) => [posix.join(folder, pattern), splitNamed(split)] as const),
  );
  return {
    config,
    splitOf: (name) => rules.find(([pattern]) => posix.matchesGlob(name, pattern))?.[1],
  };
}

function cardOf(head: string): z.infer<typeof cardSchema> {
  try {
    const document = parseDocument(head, { uniqueKeys: false });
    const [wrong] = document.errors;
    if (wrong !== undefined) throw wrong;
    return cardSchema.parse(document.toJS({ maxAliasCount: mostAliases }));
  } catch (cause) {
    throw new Unreadable('has a README.md whose head cannot be read', { cause });
  }
}

/** A split that is called otherwise is none that is trained on. */
function splitNamed(split: string): SplitName {
  return splitOf(split) ?? 'test';
}
