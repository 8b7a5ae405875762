import { setTimeout as sleep } from 'node:timers/promises';
import { fromSentError, LatheError } from '@lathe/contracts/error';
import { newId } from '@lathe/contracts/id';
import {
  type Grade,
  type GradeReply,
  type GradeRequest,
  gradeReplySchema,
} from '@lathe/contracts/message/grade';
import { gradeSubject } from '@lathe/contracts/subject';
import type { Logger } from '@lathe/platform/log';
import { askEvaluators } from '@lathe/platform/nats/ask-evaluators';
import type { Nats } from '@lathe/platform/nats/connection';

export type GradingSettings = {
  /** Most answers in one request. */
  readonly answersAtOnce: number;
  /** First answers of a trial, to as many prompts as there are: where none of them can be graded, the job fails. */
  readonly trialAnswers: number;
  /** How long evaluators may be silent: before one accepts a request, and while it grades. */
  readonly acceptMs: number;
  readonly silenceMs: number;
  /** The first pause before it is asked again; each is twice as long as the one before. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** After how many tries the owner hears of it again. */
  readonly triesAWord: number;
};

type Answers = Pick<GradeRequest, 'project' | 'grader' | 'items'>;

/** Grades answers in their order: a reward, or why there is none. Throws when it could not be asked now. */
export type AskGrader = (answers: Answers) => Promise<Grade[]>;

/** Asks the evaluators over NATS, some answers at a time. One that falls silent, as one that was killed does, is not waited for. */
export function askGraderOver(
  { connection }: Pick<Nats, 'connection'>,
  {
    answersAtOnce,
    acceptMs: inferenceAcceptMs,
    silenceMs: inferenceSilenceMs,
  }: Pick<GradingSettings, 'answersAtOnce' | 'acceptMs' | 'silenceMs'>,
): AskGrader {
  const waits = { inferenceAcceptMs, inferenceSilenceMs };
  return async ({ items, project, grader }) => {
    const grades: Grade[] = [];
    for (let at = 0; at < items.length; at += answersAtOnce) {
      const some = items.slice(at, at + answersAtOnce);
      const requestId = newId('request');
      const question: GradeRequest = { version: 1, requestId, project, grader, items: some };
      const payload = new TextEncoder().encode(JSON.stringify(question));
      const replies = askEvaluators(
        connection,
        waits,
        {
          subject: gradeSubject,
          // What is asked is the grader: models it may name several, or none.
          message: { envelope: { requestId, project, model: grader.name }, payload },
          param: 'grader',
          read: readReply,
          isLast: ({ kind }) => kind === 'done',
        },
        new AbortController().signal,
      );
      for await (const reply of replies)
        if (reply.kind === 'done') grades.push(...gradesOf(reply, some.length));
    }
    return grades;
  };
}

type Reply = Exclude<GradeReply, { kind: 'error' }>;

function readReply(json: unknown): Reply {
  const reply = gradeReplySchema.parse(json);
  if (reply.kind === 'error') throw fromSentError(reply.error);
  return reply;
}

function gradesOf({ grades }: Extract<Reply, { kind: 'done' }>, items: number): Grade[] {
  if (grades.length !== items)
    throw new RangeError(`${grades.length} grades were given for ${items} answers`);
  return grades;
}

export type PatientGrading = Pick<
  GradingSettings,
  'firstPauseMs' | 'longestPauseMs' | 'triesAWord'
> & {
  readonly log: Pick<Logger, 'warn'>;
  /** Whether the grades are still of use. */
  readonly isWanted: () => boolean;
  /** Tells the owner. */
  readonly tell: (text: string) => void;
};

/**
 * Grades answers, and asks again for as long as nobody can: that is no fault of the job, and what it has learned is kept by
 * waiting. Undefined once the grades are of no use any more.
 */
export async function gradePatiently(
  ask: AskGrader,
  answers: Answers,
  { firstPauseMs, longestPauseMs, triesAWord, log, isWanted, tell }: PatientGrading,
): Promise<Grade[] | undefined> {
  for (let tries = 0; isWanted(); tries++)
    try {
      return await ask(answers);
    } catch (error) {
      log.warn({ err: error, tries }, 'answers could not be graded: the run waits');
      const why = error instanceof LatheError ? ` ${error.message}` : '';
      if (tries % triesAWord === 0)
        tell(`Answers cannot be graded now: the training waits and asks again.${why}`);
      await sleep(Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(tries, 30)));
    }
  return undefined;
}
