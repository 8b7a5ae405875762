import type { Note } from './options.ts';
import { isWanted, type SplitName, splitOf, type Wanted } from './split-names.ts';

/** A file of an archive that could be read: it holds rows, or is a text. */
export type Candidate = { readonly name: string; readonly is: 'rows' | 'text' };

/** Files of an archive that are read, of which split others are, and what is worth saying. */
export type Choice = {
  readonly names: readonly string[];
  readonly left: ReadonlySet<SplitName>;
  readonly notes: readonly Note[];
};

/** What README.md of a data set says of its files. */
export type DataFiles = {
  readonly config: string;
  readonly splitOf: (name: string) => SplitName | undefined;
};

/** The split, other than train, that all files are of by their names; undefined where they are of several, or of none. */
export function soleSplit(candidates: readonly Candidate[]): SplitName | undefined {
  const [split, ...others] = new Set(candidates.map(({ name }) => splitOf(name)));
  return others.length > 0 || split === 'train' ? undefined : split;
}

/**
 * The files whose rows are wanted. What README.md says decides, or else names, as those of Hugging Face's folders do; a single
 * file is wanted whatever it is called, and files that name no split are to train on where none is named `train`. Texts beside
 * files of rows are none.
 */
export function chooseMembers(
  candidates: readonly Candidate[],
  wanted: Wanted,
  said: DataFiles | undefined,
): Choice {
  const notes: Note[] = [];
  const left = new Set<SplitName>();
  const leave = (member: string, message: string) =>
    notes.push({ number: 0, member, rule: 'file-left-out', message });
  const hasRows = candidates.some(({ is }) => is === 'rows');
  const files: string[] = [];
  for (const { name, is } of candidates)
    if (said !== undefined && said.splitOf(name) === undefined)
      leave(name, `was left out: README.md does not name it in the configuration ${said.config}`);
    else if (said === undefined && hasRows && is === 'text')
      leave(name, 'was left out: it is text beside files of rows');
    else files.push(name);
  const [only] = files;
  if (files.length === 1 && only !== undefined && said === undefined && wanted !== 'validation')
    return { names: [only], left, notes };
  const splits = new Map(files.map((name) => [name, said?.splitOf(name) ?? splitOf(name)]));
  const hasTrain = [...splits.values()].includes('train');
  const hasValidation = [...splits.values()].includes('validation');
  const names = files.filter((name) => {
    const split = splits.get(name);
    if (split === undefined && hasTrain) {
      leave(name, 'was left out: its name says no split, and those of others do');
      return false;
    }
    // Of an upload for validation the test rows are taken where there are no others.
    if (isWanted(split, wanted) && !(wanted === 'held-out' && split === 'test' && hasValidation))
      return true;
    left.add(split ?? 'train');
    if (split === 'test') leave(name, 'was left out: it is the split test');
    else if (wanted === 'held-out') leave(name, 'was left out: it holds rows to train on');
    return false;
  });
  return { names, left, notes };
}
