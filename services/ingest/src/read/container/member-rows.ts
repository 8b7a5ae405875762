import { type Line, type LineGroup, linesOf } from '../lines.ts';
import type { Told } from '../told.ts';
import { areAnswers, areQuestions, createAnswers } from './answer-files.ts';
import type { Member } from './archive.ts';
import { type Candidate, chooseMembers, type DataFiles, soleSplit } from './choose-members.ts';
import { closeForm, type Form, formOf } from './form.ts';
import { ofFile, Unreadable } from './limits.ts';
import { labelsOfNames } from './name-labels.ts';
import type { Reading } from './options.ts';
import type { SplitName } from './split-names.ts';

/** Files that say something of a data set and hold none of its rows. */
const besides =
  /(^|\/)(readme|licen[cs]e|notice|authors|citation|changelog|contributing)(\.\w+)?$|(^|\/)(dataset_infos?|dataset_dict|state|datapackage)\.json$|\.(py|md5|sha\d+|lock|metadata)$/i;
/** Files that systems put into archives; nobody misses them. */
const ofSystems = /(^|\/)(__MACOSX\/|\.DS_Store$|\._|thumbs\.db$|desktop\.ini$)/i;
const hidden = /(^|\/)\./;

/** Reads the rows of one file. */
export type ReadForm = (form: Form, member: string) => AsyncGenerator<LineGroup>;

/** Files that are read together: those of an archive, or uploads. */
export type Members = {
  readonly members: readonly Member[];
  /** Reads what README.md says of them. */
  readonly said?: () => Promise<DataFiles | undefined>;
};

/**
 * The rows of files that belong together, those of the wanted split, file by file. Each file that is not read is told with the
 * reason. Rows that answer those of another file (BFCL) are joined to them by their ids; what tells the files' names apart, and
 * those of the lists in them, goes with each row, to be a label where the job wants it.
 */
export async function* memberRows(
  { members, said }: Members,
  reading: Reading,
  readForm: ReadForm,
): AsyncGenerator<LineGroup> {
  const { options } = reading;
  const { looked, unread } = await candidatesOf(members, reading);
  const answering = looked.filter(({ keys }) => areAnswers(keys));
  const areAsked = looked.some(({ keys }) => areQuestions(keys));
  const joined = new Set(areAsked ? answering.map(({ name }) => name) : []);
  const candidates = looked.filter(({ name }) => !joined.has(name));
  const { wanted = 'train' } = options;
  // Uploads that a job names one by one to train on are meant, whatever they are called.
  const sole = said === undefined && wanted === 'train' ? soleSplit(candidates) : undefined;
  const { names, left, notes } =
    sole === undefined
      ? chooseMembers(candidates, wanted, await said?.())
      : { names: candidates.map(({ name }) => name), left: new Set<SplitName>(), notes: [] };
  if (sole !== undefined && candidates.length > 1) {
    const message = `all files are called ${sole}, and are to train on, since no other is given`;
    options.tell({ number: 0, rule: 'split-taken', message });
  }
  for (const note of notes) options.tell(note);
  for (const split of left) options.onSplit?.(split);
  if (names.length === 0 && options.wanted !== 'validation')
    throw new Unreadable(
      left.size === 0
        ? `is an archive without files of rows${unread === undefined ? '' : `: ${unread.name} ${unread.why.replace(/^it /, '')}`}`
        : `is an archive that holds only the splits ${[...left].toSorted().join(' and ')}, and rows of another are wanted`,
    );
  // Those of all splits, so that a split of one label has it too.
  const leftOut = new Set(notes.map(({ member }) => member));
  const chosen = candidates.filter(({ name }) => !leftOut.has(name));
  const labels = labelsOfNames(chosen.map(({ name }) => name));
  const lists = new Set(chosen.map(({ list }) => list));
  const areLists = lists.size > 1 && !lists.has(undefined);
  options.onTold?.(
    areLists
      ? { '@list': [...lists].filter((list) => list !== undefined) }
      : labels.size > 0
        ? { '@file': [...new Set(labels.values())] }
        : {},
  );
  const answers = createAnswers(options.limits.maxLineBytes);
  const rowsOf = async function* (member: Member): AsyncGenerator<LineGroup> {
    const { name } = member;
    const rows = readForm(await ofFile(name, formOf(member, reading)), name);
    try {
      for (;;) {
        const next = await ofFile(name, rows.next());
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await rows.return(undefined);
    }
  };
  for (const member of members) {
    if (!joined.has(member.name)) continue;
    for await (const group of rowsOf(member)) {
      const wrong = linesOf(group)
        .map(answers.add)
        .filter((line) => line !== undefined);
      if (wrong.length > 0) yield wrong;
    }
  }
  for (const member of members) {
    if (!names.includes(member.name)) continue;
    const label = labels.get(member.name);
    for await (const group of rowsOf(member)) {
      const answered = joined.size === 0 ? group : linesOf(group).map(answers.answer);
      yield label === undefined
        ? answered
        : linesOf(answered).map((line) => ({ ...line, told: toldOf(line, label) }));
    }
  }
  if (joined.size > 0 && answers.left() > 0 && options.wanted !== 'validation')
    options.tell({
      number: 0,
      rule: 'answer-left-out',
      message: `${answers.left()} answers are of no question in the other files, and were left out`,
    });
}

function toldOf({ told }: Line, label: string): Told {
  return { ...told, '@file': label };
}

type Looked = Candidate & {
  /** Keys of the first row of JSON Lines. */
  readonly keys: readonly string[];
  /** The name of the list of rows in an object. */
  readonly list: string | undefined;
};

type Candidates = {
  readonly looked: readonly Looked[];
  /** The first file whose contents are no rows, and why. */
  readonly unread: { readonly name: string; readonly why: string } | undefined;
};

async function candidatesOf(members: readonly Member[], reading: Reading): Promise<Candidates> {
  const found: Looked[] = [];
  let unread: Candidates['unread'];
  for (const member of members) {
    const { name, oddity } = member;
    if (ofSystems.test(name)) continue;
    const why = oddity ?? nameReason(name);
    const form = why === undefined ? await ofFile(name, formOf(member, reading)) : undefined;
    if (form !== undefined) await closeForm(form);
    const is = form === undefined ? (why ?? '') : kindOf(form);
    if (is === 'rows' || is === 'text') {
      found.push({ name, is, ...keysOf(form) });
      continue;
    }
    if (form !== undefined) unread ??= { name, why: is };
    reading.options.tell({
      number: 0,
      member: name,
      rule: 'file-left-out',
      message: `was left out: ${is}`,
    });
  }
  return { looked: found, unread };
}

function keysOf(form: Form | undefined): Pick<Looked, 'keys' | 'list'> {
  const json = form?.is === 'text' && form.text.is === 'json' ? form.text : undefined;
  return { keys: json?.keys ?? [], list: json?.list };
}

/** Why a file is not looked at, by its name. */
function nameReason(name: string): string | undefined {
  if (besides.test(name)) return 'it tells of the data';
  return hidden.test(name) ? 'it is hidden' : undefined;
}

/** What a file is to the others, or why it is nothing. */
function kindOf(form: Form): string {
  if (form.is === 'refused') return `it ${form.why}`;
  if (form.is === 'zip') return 'it is an archive in an archive';
  if (form.is === 'text' && form.isEmpty) return 'it is empty';
  return form.is === 'text' && form.text.is === 'text' ? 'text' : 'rows';
}
