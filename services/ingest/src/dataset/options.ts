import type { ConvertRequest } from '@lathe/contracts/http/dataset';
import type { SlackOptions } from '../talk/slack/slack.ts';
import type { TicketOptions } from '../talk/tickets/tickets.ts';

/** The settings of a Slack export as the reader wants them. */
export function slackOptions(convert: Extract<ConvertRequest, { source: 'slack' }>): SlackOptions {
  return {
    staff: convert.staff,
    channels: convert.channels,
    sessionMinutes: convert.session_minutes,
    mergeMinutes: convert.merge_minutes,
    contextTurns: convert.context_turns,
    leastScore: convert.least_score,
  };
}

/** The settings of tickets as the reader wants them. */
export function ticketOptions(
  convert: Extract<ConvertRequest, { source: 'tickets' }>,
): TicketOptions {
  return {
    solvedOnly: convert.solved_only,
    ratingsAsLabels: convert.labels,
    mostPerMacro: convert.macro_limit,
    agents: convert.agents,
  };
}
