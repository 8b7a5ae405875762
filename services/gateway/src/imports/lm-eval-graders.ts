import type { Grader } from '@lathe/contracts/http/grader';
import type { Findings } from './findings.ts';
import type { TaskConfig, TaskFilter, TaskMetric } from './lm-eval-config.ts';
import { fromPythonRegex } from './python-regex.ts';

/** Python's `string.punctuation`. */
const punctuation = '[!-\\/:-@\\[-`{-~]';

const findall = `const findall = (text, source, flags) => {
  const groups = new RegExp(source + '|', flags).exec('').length - 1;
  return [...text.matchAll(new RegExp(source, flags + 'g'))].map((match) =>
    groups === 0 ? match[0] : groups === 1 ? (match[1] ?? '') : (match.slice(1).find((each) => each) ?? null));
};
`;

/** The criteria of a task whose answers are texts: each metric behind each chain of filters. */
export function exactMatches(config: TaskConfig, findings: Findings): Grader[] {
  const metrics = config.metric_list ?? [{ metric: 'exact_match' }];
  const chains = config.filter_list ?? [{ name: '', filter: [] }];
  const until = [config.generation_kwargs?.until ?? []].flat();
  return metrics.flatMap((metric, at) => {
    const place = `metric_list[${at}]`;
    if (metric.metric !== 'exact_match') {
      findings.add(
        place,
        'impossible',
        `${metric.metric}: ${instead(metric.metric)}; it is left out.`,
      );
      return [];
    }
    const compare = comparison(metric);
    if (compare === undefined) {
      findings.add(
        place,
        'impossible',
        'One of its expressions is known to Python alone; it is left out.',
      );
      return [];
    }
    return chains.flatMap(({ name, filter }, index): Grader[] | Grader => {
      const steps = filter.map(step);
      const unknown = steps.indexOf(undefined);
      if (unknown >= 0) {
        const where = `filter_list[${index}].filter[${unknown}]`;
        findings.add(
          where,
          'impossible',
          `${filter[unknown]?.function}: it is not known here; what it filters is left out.`,
        );
        return [];
      }
      const criterion = name === '' ? 'exact_match' : `exact_match, ${name}`;
      findings.add(criterion, 'kept', 'It is a criterion of this name, a javascript grader.');
      return {
        ...{ type: 'javascript', name: criterion },
        source: `${findall}const until = ${JSON.stringify(until)};
const filtered = (answer) => {
  let text = until.reduce((left, end) => (end === '' ? left : left.split(end)[0]), answer);
${steps.join('')}  return text;
};
const plain = (text) => {
${compare}  return text;
};
function grade(sample, item) {
  const answer = plain(filtered(sample.output_text));
  return item.targets.some((target) => plain(target) === answer) ? 1 : 0;
}
`,
      };
    });
  });
}

/** What a filter does to `text`; undefined for one that is not known. */
function step({ function: name, ...settings }: TaskFilter): string | undefined {
  switch (name) {
    // There is one answer.
    case 'take_first':
      return '';
    case 'remove_whitespace':
      return '  text = text.trim();\n';
    case 'lowercase':
      return '  text = text.toLowerCase();\n';
    case 'uppercase':
      return '  text = text.toUpperCase();\n';
    case 'regex': {
      const {
        regex_pattern = '#### (\\\\-?[0-9\\\\.\\\\,]+)',
        group_select = 0,
        fallback = '[invalid]',
      } = settings;
      const regex = fromPythonRegex(regex_pattern);
      if (regex === undefined) return undefined;
      const [source, flags, otherwise] = [regex.source, regex.flags, fallback].map((each) =>
        JSON.stringify(each),
      );
      return `  text = (findall(text, ${source}, ${flags}).at(${group_select}) ?? ${otherwise}).trim();\n`;
    }
    default:
      return undefined;
  }
}

/** What is done to an answer and to a target before they are compared, in lm-evaluation-harness's order. */
function comparison(metric: TaskMetric): string | undefined {
  const { ignore_case, ignore_punctuation, ignore_numbers, regexes_to_ignore } = metric;
  const ignored = (regexes_to_ignore ?? []).map(fromPythonRegex);
  if (ignored.includes(undefined)) return undefined;
  const removals = ignored.map(
    (regex) =>
      `  text = text.replace(new RegExp(${JSON.stringify(regex?.source)}, ${JSON.stringify(`g${regex?.flags}`)}), '');\n`,
  );
  return [
    ...removals,
    ignore_case === true ? '  text = text.toLowerCase();\n' : '',
    ignore_punctuation === true ? `  text = text.replace(/${punctuation}/g, '');\n` : '',
    ignore_numbers === true ? "  text = text.replace(/[0-9]/g, '');\n" : '',
  ].join('');
}

/** The criterion of a task with choices: the letter of the right one, or the choice itself. */
export function rightChoice(config: TaskConfig, findings: Findings): Grader[] {
  for (const [at, { metric }] of (config.metric_list ?? []).entries())
    if (metric !== 'acc')
      findings.add(
        `metric_list[${at}]`,
        'impossible',
        `${metric}: it compares likelihoods of the choices; it is left out.`,
      );
  findings.add(
    'output_type',
    'changed',
    'The model is asked for the letter of the right choice; lm-evaluation-harness compares likelihoods of the choices, so that its acc is another figure.',
  );
  return [
    {
      ...{ type: 'javascript', name: 'acc' },
      source: `function grade(sample, item) {
  const answer = sample.output_text.trim();
  const chosen = item.choices.findIndex((choice) => choice.trim() === answer);
  const letter = /(?:^|[^A-Za-z])([A-Z])(?![A-Za-z])/.exec(answer);
  const index = chosen >= 0 ? chosen : letter === null ? -1 : letter[1].charCodeAt(0) - 65;
  return index === item.gold ? 1 : 0;
}
`,
    },
  ];
}

function instead(metric: string): string {
  if (/bleu|rouge|meteor|ter|chrf/.test(metric))
    return 'a text_similarity grader does that, with figures of its own';
  return 'there is nothing like it';
}
