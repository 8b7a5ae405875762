/** What the command's exit status says; scripts may rely on it. */
export const exitCodes = {
  done: { status: 0, meaning: 'done' },
  failed: { status: 1, meaning: 'Lathe refused it, or something failed; the message says what' },
  usage: { status: 2, meaning: 'the command line is wrong: nothing was asked of Lathe' },
  unreachable: { status: 3, meaning: 'no Lathe answers at that address' },
  key: { status: 4, meaning: 'there is no key, or it is not accepted' },
  ended: {
    status: 5,
    meaning: 'a job, run or piece of data work that was waited for failed or was cancelled',
  },
  interrupted: { status: 130, meaning: 'Ctrl-C; what runs at Lathe goes on' },
} as const satisfies Record<string, { status: number; meaning: string }>;

export type ExitReason = keyof typeof exitCodes;
