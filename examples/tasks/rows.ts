import { parseCsv } from '../banking77/csv.ts';

/** What becomes a line of a training file. */
export type Row = Readonly<Record<string, unknown>>;

/** banking77: a table of questions with their intents, all of them, as rows of classification. */
export function banking77Rows(text: string): Row[] {
  return parseCsv(text, 'banking77')
    .slice(1)
    .map(([question, intent]) => ({ text: question, label: intent }));
}

/** The same as pairs: questions of one intent, the first with the second, the third with the fourth. */
export function banking77Pairs(text: string): Row[] {
  const waiting = new Map<string, string>();
  return parseCsv(text, 'banking77')
    .slice(1)
    .flatMap(([question = '', intent = '']) => {
      const anchor = waiting.get(intent);
      if (anchor === undefined) waiting.set(intent, question);
      else waiting.delete(intent);
      return anchor === undefined ? [] : [{ anchor, positive: question }];
    });
}

/** wnut17: CoNLL columns, a token and its tag a line, blank lines between sentences, as rows of token classification. */
export function conllRows(text: string): Row[] {
  return text
    .split(/\r?\n\s*\r?\n/)
    .map((sentence) => sentence.split(/\r?\n/).filter((line) => line.includes('\t')))
    .filter((lines) => lines.length > 0)
    .map((lines) => {
      const columns = lines.map((line) => line.split('\t'));
      return { tokens: columns.map(([token]) => token), ner_tags: columns.map(([, tag]) => tag) };
    });
}

type Snips = Record<string, { data: { text: string; entity?: string }[] }[]>;

/** SNIPS: pieces of text with slots, as texts with spans in characters. */
export function snipsRows(json: string): Row[] {
  return Object.values(JSON.parse(json) as Snips)
    .flat()
    .map(({ data }) => {
      let at = 0;
      const spans = data.flatMap(({ text, entity }) => {
        const start = at;
        at += [...text].length;
        return entity === undefined ? [] : [{ start, end: at, label: entity }];
      });
      return { text: data.map(({ text }) => text).join(''), spans };
    });
}

type Squad = {
  data: {
    paragraphs: {
      context: string;
      qas: { id: string; question: string; answers: { text: string; answer_start: number }[] }[];
    }[];
  }[];
};

/** xquad-en: SQuAD's JSON as rows of question answering, one a question, article by article. */
export function squadArticles(json: string): Row[][] {
  return (JSON.parse(json) as Squad).data.map(({ paragraphs }) =>
    paragraphs.flatMap(({ context, qas }) =>
      qas.map(({ id, question, answers }) => ({
        ...{ id, question, context },
        answers: {
          text: answers.map((answer) => answer.text),
          answer_start: answers.map((answer) => answer.answer_start),
        },
      })),
    ),
  );
}

/** Sentence polarity: a file of sentences, one a line, all of which have the label. */
export function sentenceRows(text: string, label: string): Row[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => line !== '').map((line) => ({ text: line, label }));
}

type PubMed = Record<
  string,
  { QUESTION: string; CONTEXTS: string[]; final_decision: string; LONG_ANSWER: string }
>;

/** PubMedQA: a question with what was found, and yes, no or maybe, as pairs of texts with a label. */
export function pubmedRows(json: string): Row[] {
  return Object.values(JSON.parse(json) as PubMed).map((entry) => ({
    text: entry.QUESTION,
    text_pair: entry.CONTEXTS.join(' '),
    label: entry.final_decision,
  }));
}

/** PubMedQA's long answers as chats that sum up what was found. */
export function pubmedSummaries(json: string): Row[] {
  return Object.values(JSON.parse(json) as PubMed).map((entry) =>
    chat(`${entry.CONTEXTS.join('\n')}\n\n${entry.QUESTION}`, entry.LONG_ANSWER),
  );
}

/** gsm8k: questions and worked answers that end in `#### 42`, as chats; the calculator's marks are left out. */
export function gsm8kRows(lines: string): Row[] {
  return problemsOf(lines).map(({ question, answer }) => chat(question, answer));
}

/**
 * gsm8k as right answers against wrong ones, whose final number is, by the place of the row, 1 to 9 more wherever it
 * stands.
 */
export function gsm8kPairs(lines: string): Row[] {
  return problemsOf(lines).map(({ question, answer }, at) => {
    const final = /#### (\S+)\s*$/.exec(answer)?.[1] ?? '';
    const wrong = String(Number(final.replaceAll(',', '')) + 1 + (at % 9));
    const everywhere = new RegExp(`(?<![\\d.,])${final}(?![\\d,]*\\.?\\d)`, 'g');
    return { prompt: question, chosen: answer, rejected: answer.replaceAll(everywhere, wrong) };
  });
}

function problemsOf(lines: string): { question: string; answer: string }[] {
  return lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as { question: string; answer: string })
    .map(({ question, answer }) => ({ question, answer: answer.replaceAll(/<<[^>]*>>/g, '') }));
}

function chat(question: string, answer: string): Row {
  return {
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ],
  };
}
