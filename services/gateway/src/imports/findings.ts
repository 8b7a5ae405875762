import type { ImportFinding } from '@lathe/contracts/http/eval-import';

/** Most findings that are told of one import. */
const most = 1000;

/** What became of the parts of an import, in the order in which they were read. */
export class Findings {
  readonly list: ImportFinding[] = [];
  readonly #said = new Set<string>();

  /** Adds one that was not told before, the last of them that there were too many to tell. */
  add(at: string, outcome: ImportFinding['outcome'], message: string): void {
    const said = `${at}: ${message}`;
    if (this.#said.has(said)) return;
    this.#said.add(said);
    if (this.list.length < most) this.list.push({ at, outcome, message });
    else
      this.list[most - 1] = {
        at: '',
        outcome: 'impossible',
        message: `More than ${most} parts are not as they were; the others are not listed.`,
      };
  }
}
