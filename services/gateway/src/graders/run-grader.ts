import type { GraderRun } from '@lathe/contracts/http/grader';
import { finishGrading, type QuestionAnswer } from '@lathe/graders/finish';
import type { Graders } from '@lathe/graders/grader-processes';
import type { ChatAsker } from '../chat/chat.ts';
import { type AskPorts, askModel } from './ask-model.ts';

export type GraderPorts = AskPorts & { readonly graders: Graders };

/**
 * Grades the answer in a body, models of the project asked where the grader wants them. What fails inside the grader is
 * told by the flags of the answer; throws only what the body is refused for.
 */
export async function runGrader(
  ports: GraderPorts,
  asker: ChatAsker,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<GraderRun> {
  const started = ports.now();
  const { project, requestId, signal } = asker;
  const body = { kind: 'grader-run', bytes, project, requestId } as const;
  const { grader, item, model_sample: answer } = await ports.bodies.read(body, signal);
  const answered = { item: item ?? {}, answer };
  const parts = await ports.graders.begin({ grader, answered }, asker);
  const answers = new Map<string, QuestionAnswer>();
  const tokens = new Map<string, number>();
  for (const part of parts) {
    if (!('question' in part)) continue;
    const { question, name } = part;
    const asked = await askModel(ports, asker, question);
    answers.set(name, asked.answer);
    tokens.set(question.model, (tokens.get(question.model) ?? 0) + asked.tokens);
  }
  const { reward, scores, errors } = finishGrading(grader, parts, answers);
  const [model = null] = tokens.keys();
  return {
    reward,
    metadata: {
      name: grader.name,
      type: grader.type,
      errors,
      execution_time: (ports.now() - started) / 1000,
      scores,
      token_usage: tokens.size === 0 ? null : [...tokens.values()].reduce((a, b) => a + b, 0),
      sampled_model_name: model,
    },
    sub_rewards: grader.type === 'multi' ? scores : {},
    model_grader_token_usage_per_model: Object.fromEntries(tokens),
  };
}
