import type { CleaningReport } from '@lathe/contracts/artifact/dataset';
import { cleaningCounts } from '@lathe/contracts/words/cleaning';
import { grouped, type Html, html } from './html.ts';

/** What rows have in common with each other, and what stands in them that may not belong there. */
export function cleaningSection(cleaning: CleaningReport): Html {
  const { duplicates, contamination } = cleaning;
  const told = cleaningCounts(cleaning);
  if (told.length === 0)
    return html`<h2>What stands in the rows</h2><p>No repetitions, contradictions, personal data or control strings were found.</p>
${languagesOf(cleaning)}`;
  return html`<h2>What stands in the rows</h2>
<div class="wide"><table><tr><th class="n">Rows</th><th>that</th></tr>
${told.map(([name, rows]) => html`<tr><td class="n">${grouped(rows)}</td><td>${name}</td></tr>`)}</table></div>
${!duplicates.isComplete && html`<p class="soft">The files have too many words to compare every row with all others.</p>`}
${contamination.isComplete === false && html`<p class="soft">The held-out rows have too many words to look for near duplicates of all of them in the training rows.</p>`}
${languagesOf(cleaning)}`;
}

/** In which languages some rows of each side are. */
function languagesOf({ languages = [] }: CleaningReport): Html | '' {
  if (languages.length === 0) return '';
  const side = (of: 'training' | 'validation') =>
    languages
      .filter((each) => each.side === of)
      .map(({ language, rows }) => `${language} ${grouped(rows)}`)
      .join(', ');
  const validation = side('validation');
  return html`<p>Languages of up to 100 rows: ${side('training')}${validation !== '' && html`; of the validation rows: ${validation}`}.</p>`;
}
