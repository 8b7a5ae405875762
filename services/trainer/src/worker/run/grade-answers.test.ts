import type { Grader } from '@lathe/contracts/http/grader';
import type { GradeReply } from '@lathe/contracts/message/grade';
import { gradeSubject, inferenceQueue } from '@lathe/contracts/subject';
import { startPlatformNats } from '@lathe/testkit/platform-nats';
import { expect, test } from 'vitest';
import { askGraderOver, gradePatiently } from './grade-answers.ts';

const same: Grader = {
  ...{ type: 'string_check', name: 'same', operation: 'eq' },
  ...{ input: '{{ sample.output_text }}', reference: 'yes' },
};
const items = ['yes', 'no'].map((output_text) => ({ item: {}, sample: { output_text } }));

test('answers whose evaluator was killed while it graded them are graded by the next', async () => {
  await using platform = await startPlatformNats();
  const { connection } = platform.nats;
  const asked: string[] = [];
  const replies: readonly GradeReply[][] = [
    // Killed after it took them: the connection says nothing of that.
    [{ kind: 'accepted' }, { kind: 'waiting' }],
    [{ kind: 'accepted' }, { kind: 'done', grades: [{ reward: 1 }, { reward: 0 }], tokens: 0 }],
  ];
  connection.subscribe(gradeSubject, {
    queue: inferenceQueue,
    callback: (_, message) => {
      const said = replies[Math.min(asked.length, 1)] ?? [];
      asked.push(message.headers?.get('Lathe-Request-Id') ?? '');
      for (const reply of said) message.respond(JSON.stringify(reply));
    },
  });
  await connection.flush();
  const settings = { answersAtOnce: 16, acceptMs: 60_000, silenceMs: 200 };
  const told: string[] = [];
  const grades = await gradePatiently(
    askGraderOver(platform.nats, settings),
    { project: 'p', grader: same, items },
    {
      ...{ firstPauseMs: 1, longestPauseMs: 1, triesAWord: 60 },
      ...{ log: { warn: () => {} }, isWanted: () => true, tell: (text) => told.push(text) },
    },
  );
  expect(grades).toEqual([{ reward: 1 }, { reward: 0 }]);
  expect(new Set(asked).size).toBeGreaterThan(1);
  expect(told[0]).toContain('The evaluator sent nothing for 200 ms.');
});
