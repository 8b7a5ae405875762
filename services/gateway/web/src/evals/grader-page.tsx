import { firstGrader } from '../graders/examples.ts';
import { GraderTrial } from '../graders/grader-trial.tsx';
import { useQueryText } from '../shell/router.ts';

/** A grader while it is written, tried on one answer; the address holds all of it. */
export function GraderPage() {
  const [grader, setGrader] = useQueryText('grader', firstGrader);
  const [item, setItem] = useQueryText('item', '{ "answer": "billing" }');
  const [answer, setAnswer] = useQueryText('answer', 'billing');
  return (
    <>
      <h1>Try a grader</h1>
      <GraderTrial {...{ grader, setGrader, item, setItem, answer, setAnswer }} />
    </>
  );
}
