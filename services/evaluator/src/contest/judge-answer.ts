import type { ToolCallsReport } from '@lathe/contracts/artifact/report';
import { type Call, type CallOutcome, judgeCalls } from '@lathe/scoring/tool-calls';
import { wilson } from '@lathe/scoring/wilson';
import type { ToolForm } from '@lathe/tokenizer/tool-form';
import { readCalls } from '@lathe/tokenizer/tool-reader';

/** What is expected; where the row has tools, with the calls, which may be none. */
type Expected = { readonly expected: string; readonly calls?: readonly Call[] };

/** Whether an answer is right, and where its row has tools, what its calls are. */
type Judged = {
  readonly isRight: boolean;
  /** Absent where the row has no tools. */
  readonly outcome?: CallOutcome;
  /** Whether calls were expected. */
  readonly isCalled?: boolean;
};

/** Judges one answer; `form` is how the model writes calls, null where it writes none. */
export function judgeAnswer(wanted: Expected, answer: string, form: ToolForm | null): Judged {
  const isUncalled = wanted.calls === undefined || form === null;
  const calls = isUncalled ? [] : readCalls(form, answer).calls;
  return judgeRead(wanted, { text: answer, calls });
}

/** Judges one answer whose calls are known. */
export function judgeRead(
  { expected, calls }: Expected,
  given: { readonly text: string; readonly calls: readonly Call[] },
): Judged {
  const isSame = given.text.trim() === expected;
  if (calls === undefined) return { isRight: isSame };
  const outcome = judgeCalls(calls, given.calls);
  const isCalled = calls.length > 0;
  return { isRight: outcome === 'right' && (isCalled || isSame), outcome, isCalled };
}

/** How well a contestant called tools; undefined where no row has any. */
export function callsReport(judged: readonly Judged[]): ToolCallsReport | undefined {
  const rows = judged.filter(({ outcome }) => outcome !== undefined);
  if (rows.length === 0) return undefined;
  const called = rows.filter(({ isCalled }) => isCalled);
  const count = (kind: CallOutcome) => rows.filter(({ outcome }) => outcome === kind).length;
  const right = called.filter(({ outcome }) => outcome === 'right').length;
  return {
    ...wilson(right, called.length),
    failures: {
      noCall: count('no call'),
      wrongName: count('wrong name'),
      wrongArguments: count('wrong arguments'),
      unwantedCall: count('unwanted call'),
    },
  };
}
