import type { Terminal } from './terminal.ts';

/** What is typed, and what is looked at besides the end. */
export type Scene = {
  readonly title: string;
  readonly columns?: number;
  /** Does everything but show the end; `keep` notes what the screen shows now. */
  readonly act: (terminal: Terminal, keep: () => Promise<void>) => Promise<void>;
};

/** Commands one after another, each to its end. */
function typed(title: string, lines: readonly string[], columns?: number): Scene {
  return {
    title,
    ...(columns !== undefined && { columns }),
    async act(terminal) {
      for (const line of lines) {
        await terminal.type(line);
        await terminal.prompted();
      }
    },
  };
}

const example = 'examples/support-routing.jsonl';
const status = 'echo "exit status $?"';

/** On a platform that `lathe up` in the second scene starts. */
export const scenes: readonly Scene[] = [
  typed('Help', ['lathe', 'lathe help tune', 'lathe eval --help']),
  typed('Start, and the doctor where all is well', ['lathe up', 'lathe doctor', status]),
  typed('What is in a file', [`lathe data inspect ${example}`]),
  {
    title: 'Progress, while a job trains and at its end',
    async act(terminal, keep) {
      await terminal.type(`lathe tune ${example} --model lathe-tiny --seed 7 --watch`);
      await terminal.shows(/step [1-9]\d\/\d+/);
      await keep();
      await terminal.prompted();
    },
  },
  {
    title: 'Progress in a narrow terminal, and Ctrl-C',
    columns: 48,
    async act(terminal, keep) {
      await terminal.type(`lathe tune ${example} --model lathe-tiny --epochs 20 --watch`);
      await terminal.shows(/step [1-9]\d*\/\d+/);
      await keep();
      await terminal.press('C-c');
      await terminal.prompted();
      await terminal.type(status);
      await terminal.prompted();
      await terminal.type(
        'lathe jobs cancel $(lathe jobs list --limit 1 --json | sed \'s/.*"id":"\\(ftjob-[^"]*\\).*/\\1/\')',
      );
      await terminal.prompted();
    },
  },
  typed('The verdict, and the tuned model', [
    'lathe jobs list',
    'lathe models list',
    'lathe chat --temperature 0 "My parcel has not arrived."',
    'lathe usage',
    'lathe keys list',
  ]),
  typed('Errors', [
    'lathe tun',
    'lathe tune',
    'lathe tune nowhere.jsonl',
    'lathe jobs list --limit many',
    'lathe chat --model x hello',
    status,
    'lathe jobs show ftjob-1 --json',
    'LATHE_URL=http://127.0.0.1:1 LATHE_API_KEY=sk-0123456789 lathe jobs list',
    status,
    'AT=$(lathe open --print | sed "s,/ui.*,,")',
    'LATHE_API_KEY=sk-wrong-0123456789 LATHE_URL=$AT lathe jobs list',
    status,
  ]),
  ...(
    [
      ['a setting that is no number', 'LATHE_WORKERS=two lathe doctor'],
      ['a key that names no project', 'LATHE_API_KEYS=no-project lathe doctor'],
      ['a data folder that is a file', 'LATHE_DATA=$HOME/a-file lathe doctor'],
      ['a port that another program has', 'LATHE_DATA=$HOME/other LATHE_PORT=$TAKEN lathe doctor'],
      ['a message server that is not there', 'LATHE_NATS_URL=nats://127.0.0.1:1 lathe doctor'],
      ['a store that cannot be written', 'LATHE_ARTIFACTS=file:/dev/null/artifacts lathe doctor'],
      ['a folder of models that is not there', 'LATHE_MODELS=$HOME/nowhere lathe doctor'],
      ['a folder without models', 'LATHE_MODELS=$HOME/empty lathe doctor'],
      [
        'an address at which nobody answers',
        'LATHE_URL=http://127.0.0.1:1 LATHE_API_KEY=sk-0123456789 lathe doctor --remote',
      ],
      [
        'an address at which something else answers',
        'LATHE_URL=http://127.0.0.1:$TAKEN LATHE_API_KEY=sk-0123456789 lathe doctor --remote',
      ],
      [
        'a key that is not accepted',
        'AT=$(lathe open --print | sed "s,/ui.*,,"); LATHE_API_KEY=sk-wrong-0123456789 LATHE_URL=$AT lathe doctor --remote',
      ],
      [
        'keys that others may read',
        'chmod 644 $XDG_CONFIG_HOME/lathe/profiles.json; lathe doctor --remote; chmod 600 $XDG_CONFIG_HOME/lathe/profiles.json',
      ],
    ] as const
  ).map(([name, line]) => typed(`The doctor's finding: ${name}`, [line])),
  typed('The end', ['lathe down']),
];
