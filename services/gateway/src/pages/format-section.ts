import type { DatasetReport } from '@lathe/contracts/artifact/dataset';
import { choiceAnswersText } from '@lathe/contracts/words/choices';
import { type Html, html, percent } from './html.ts';

type Format = NonNullable<DatasetReport['formats']>[number];

/** What the files were taken for, how sure that is, which column is what, and what else they could have been. */
export function formatSection(formats: DatasetReport['formats']): Html | null {
  if (formats === undefined || formats.length === 0) return null;
  return html`<h2>Format</h2>${formats.map(formatOf)}`;
}

function formatOf({
  file,
  format,
  confidence,
  isAsked,
  columns,
  answers,
  turns,
  unused,
  candidates,
}: Format): Html {
  const of = file === 'validation_file' ? 'The validation file' : 'The file';
  const how = isAsked
    ? 'as lathe.data says'
    : `by its first rows, ${percent(confidence, 1)} of which agree`;
  const others = candidates.filter((each) => each.format !== format);
  return html`<p>${of} has rows of the format <b>${format}</b>, ${how}.</p>
<div class="wide"><table><tr><th>Role</th><th>Column</th></tr>
${Object.entries(columns).map(([role, names]) => html`<tr><td>${role}</td><td>${[names].flat().join(', ')}</td></tr>`)}
${answers && html`<tr><td>the answer is</td><td>${choiceAnswersText[answers]}</td></tr>`}
${turns && html`<tr><td>who speaks, what is said</td><td>${turns.speaker}, ${turns.text} of each turn</td></tr>`}
${unused.length > 0 && html`<tr><td class="warn">not used</td><td>${unused.join(', ')}</td></tr>`}</table></div>
${others.length > 0 && html`<p class="soft">It could also be read as ${others.map((each, i) => html`${i > 0 && ', '}${each.format} (${percent(each.confidence, 1)})`)}: say so with lathe.data.</p>`}`;
}
