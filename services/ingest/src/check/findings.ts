import type { DatasetReport, Finding } from '@lathe/contracts/artifact/dataset';

/** Warnings that say the same of several rows. */
type WarningGroup = { readonly first: Finding; readonly count: number };

/** Collects findings about the rows of a job's files; keeps a bounded list and exact counts. */
export type Findings = {
  add(finding: Finding): void;
  /** Adds a warning about a row that is left out: such are listed however many say the same. */
  addLeftOut(finding: Finding): void;
  readonly listed: readonly Finding[];
  /** Findings beyond the list. */
  readonly more: number;
  /** Error-level findings of a file; all of them without one. */
  errors(file?: Finding['file']): number;
  /** Different lines of a file that have an error. */
  wrongLines(file: Finding['file']): number;
  /** Warnings by what they say, in the order of their first rows. */
  warnings(): readonly WarningGroup[];
  /** Takes warnings over that were found when the same rows were read for another job. */
  restore(groups: readonly WarningGroup[]): void;
  /** How many there are of each rule, the most frequent first. */
  reasons(): NonNullable<DatasetReport['reasons']>;
};

/** Rows of one group of warnings that are listed, and groups that are told apart. */
const listedOfGroup = 20;
const groupsMost = 200;

/** An empty collection that lists at most `limit` findings; errors push warnings out of a full list. */
export function createFindings(limit: number): Findings {
  const listed: Finding[] = [];
  const groups = new Map<string, { readonly first: Finding; count: number }>();
  const errors = { training_file: 0, validation_file: 0 };
  const wrong = { training_file: 0, validation_file: 0 };
  const reasons = new Map<string, NonNullable<DatasetReport['reasons']>[number]>();
  const lastWrong = { training_file: '', validation_file: '' };
  let total = 0;
  let listedWarnings = 0;

  const addError = (finding: Finding): void => {
    const { file } = finding;
    const place = placeOf(finding);
    errors[file]++;
    // Findings of a file come in the order of its lines.
    if (place !== lastWrong[file]) wrong[file]++;
    lastWrong[file] = place;
    if (listed.length < limit) listed.push(finding);
    else if (listedWarnings > 0) {
      const warning = listed.findLastIndex((kept) => kept.level === 'warn');
      listed.splice(warning, 1, finding);
      listedWarnings--;
    }
  };
  const addWarning = (finding: Finding, isLeftOut: boolean): void => {
    const key = groupOf(finding);
    const group = groups.get(key) ?? { first: finding, count: 0 };
    if (groups.size < groupsMost) groups.set(key, group);
    group.count++;
    if ((group.count > listedOfGroup && !isLeftOut) || listed.length >= limit) return;
    listed.push(finding);
    listedWarnings++;
  };
  const addCounted = (finding: Finding, isLeftOut: boolean): void => {
    total++;
    const { rule, level } = finding;
    const counted = reasons.get(`${level} ${rule}`)?.count ?? 0;
    reasons.set(`${level} ${rule}`, { rule, level, count: counted + 1 });
    if (level === 'error') addError(finding);
    else addWarning(finding, isLeftOut);
  };
  return {
    add: (finding) => addCounted(finding, false),
    addLeftOut: (finding) => addCounted(finding, true),
    get listed() {
      return listed;
    },
    get more() {
      return total - listed.length;
    },
    errors: (file) =>
      file === undefined ? errors.training_file + errors.validation_file : errors[file],
    wrongLines: (file) => wrong[file],
    warnings: () => [...groups.values()],
    restore(restored) {
      for (const { first, count } of restored) {
        groups.set(groupOf(first), { first, count });
        listed.push(first);
        total += count;
      }
    },
    reasons: () => [...reasons.values()].sort((a, b) => b.count - a.count),
  };
}

/** What warnings that say the same have in common. */
function groupOf(finding: Finding): string {
  return `${finding.file} ${finding.rule} ${finding.path.replaceAll(/\d+/g, '')}`;
}

/**
 * A finding as a sentence for people: `Line 7: messages[1].content must be a string.`, with the file's name where it is one of an
 * archive.
 */
export function findingSentence(finding: Finding): string {
  const place = placeOf(finding);
  return `${place === '' ? '' : `${place}: `}${finding.message}.`;
}

function placeOf({ line, member }: Finding): string {
  if (line === 0) return member ?? '';
  return member === undefined ? `Line ${line}` : `Line ${line} of ${member}`;
}

/**
 * The error of a file with wrong lines: the first of them by name, the others by number, such as
 * `Line 7: messages[1].content must be a string. 3 more lines are wrong.`
 */
export function wrongLinesMessage(
  findings: Findings,
  file: Finding['file'],
  namedLines: number,
): string {
  const named = new Map<string, string>();
  for (const finding of findings.listed.toSorted(byPlace)) {
    if (finding.file !== file || finding.level !== 'error') continue;
    const place = placeOf(finding);
    if (named.size < namedLines && !named.has(place)) named.set(place, findingSentence(finding));
  }
  const more = findings.wrongLines(file) - named.size;
  const rest = more === 1 ? ['1 more line is wrong.'] : [`${more} more lines are wrong.`];
  return [...named.values(), ...(more > 0 ? rest : [])].join(' ');
}

function byPlace(a: Finding, b: Finding): number {
  const [first = '', second = ''] = [a.member, b.member];
  return first === second ? a.line - b.line : first < second ? -1 : 1;
}
