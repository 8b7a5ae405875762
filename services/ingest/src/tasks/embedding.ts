import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import { type ScoreEnds, type ScoreScale, scoreScale } from '@lathe/tokenizer/score-scale';
import { parseRow } from '../row-json.ts';
import { type FileName, groupNumbers, plainSurvey, type TaskWork, wrong } from './survey.ts';

type Related = Extract<CanonicalRow, { kind: 'related' }>;
type Extremes = { readonly ends: ScoreEnds; readonly lines: ScoreEnds };

/** Texts that lie close to each other or apart: each row a group of examples, with a number of its own. */
export const embedding: TaskWork = {
  survey({ reading }, asked) {
    let areScored: boolean | undefined;
    const scores: Partial<Record<FileName, Extremes>> = {};
    let known: ScoreScale | undefined;
    const scale = (): ScoreScale => {
      known ??= scoreScale(scores.training_file?.ends ?? [0, 1], reading?.scoreEnds);
      return known;
    };
    const grouped = groupNumbers();
    return {
      ...plainSurvey(asked),
      add({ row, file }) {
        const { score, line } = row as Related;
        const isScored = score !== undefined;
        areScored ??= isScored;
        if (areScored === isScored) {
          if (isScored) scores[file] = widened(scores[file], score, line);
          return [];
        }
        const message = isScored
          ? 'the row has a score, and the first rows have none'
          : 'the row has no score, and the first rows have one';
        return [wrong({ file, line: row.line, path: 'score' }, 'mixed', message)];
      },
      findings() {
        const { training_file: trained, validation_file: held } = scores;
        if (trained === undefined) return [];
        const { isPlain, ends } = scale();
        const [least, most] = ends;
        const beyond = [0, 1].flatMap((at) => {
          const score = held?.ends[at] as number;
          if (held === undefined || (score >= least && score <= most)) return [];
          const place = { file: 'validation_file', line: held.lines[at] as number } as const;
          const message = `score is ${score}, and the scores of the training file are from ${least} to ${most}: 'lathe.data.score_range' can say of both what they are from and to`;
          return [wrong({ ...place, path: 'score' }, 'number', message)];
        });
        if (isPlain) return beyond;
        const message = `Scores are taken to be from ${least} to ${most}, and are taught as ${least === 0 ? '' : `(score - ${least}) / `}${least === 0 ? `score / ${most}` : most - least}, from 0 to 1; 'lathe.data.score_range' says other ends`;
        const place = { file: 'training_file', line: 0, path: 'score' } as const;
        return [...beyond, { ...place, rule: 'scores-scaled', message, level: 'warn' }];
      },
      complete(json, examples) {
        const { score } = parseRow(json) as Related;
        if (score === undefined || scale().isPlain) return grouped(examples);
        const target = Float32Array.of(scale().closeness(score));
        return grouped(examples).map((example) => ({ ...example, target }));
      },
    };
  },
  count: (examples) => examples.length,
};

function widened(before: Extremes | undefined, score: number, line: number): Extremes {
  if (before === undefined) return { ends: [score, score], lines: [line, line] };
  const { ends, lines } = before;
  return {
    ends: [Math.min(ends[0], score), Math.max(ends[1], score)],
    lines: [score < ends[0] ? line : lines[0], score > ends[1] ? line : lines[1]],
  };
}
