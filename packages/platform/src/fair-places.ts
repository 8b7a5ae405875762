/** A place that a piece of work holds. */
export type Place = {
  /** The work goes on by itself now: others of its project may begin. */
  begun(): void;
  /** Counts what was done for the project; who had least comes next. */
  charge(amount: number): void;
  /** Gives the place back; more than once is once. */
  release(): void;
};

/** A few places for which the projects' work takes turns. */
export type FairPlaces = {
  /**
   * Takes a place as soon as it is the project's turn. `size` is what it costs to begin. Rejects with
   * the signal's reason.
   */
  take(project: string, size: number, signal: AbortSignal): Promise<Place>;
};

export type FairPlacesOptions = {
  readonly count: number;
  /** What of one project may be beginning at a time, one piece of work at least. */
  readonly mostBeginning: number;
};

type Waiter = { readonly size: number; readonly enter: () => void };
type Project = {
  waiting: Waiter[];
  running: number;
  beginning: number;
  /** What was done for it, counted on from what the others had when it came. */
  served: number;
  /** When it was given a place last, counted upwards. */
  turn: number;
};

/**
 * Places shared between projects. A project takes no more of them than it leaves free, so that alone it has half and
 * one that comes finds a place at once, however long the others hold theirs; many projects share them evenly. Among
 * those that may, the place goes to the project for which least was done, of equals to the one whose last turn is
 * longest ago, and within a project to the first that came.
 * @example await createFairPlaces({ count: 2, mostBeginning: 1 }).take('default', 1, signal);
 */
export function createFairPlaces({ count, mostBeginning }: FairPlacesOptions): FairPlaces {
  const projects = new Map<string, Project>();
  let free = count;
  let turns = 0;

  const mayEnter = ({ waiting, running, beginning }: Project): boolean => {
    const [next] = waiting;
    if (next === undefined || running >= free) return false;
    return beginning === 0 || beginning + next.size <= mostBeginning;
  };
  const enterNext = (): void => {
    for (;;) {
      const able = [...projects.values()].filter(mayEnter);
      if (able.length === 0) return;
      able.sort((a, b) => a.served - b.served || a.turn - b.turn)[0]?.waiting[0]?.enter();
    }
  };
  const projectOf = (name: string): Project => {
    const known = projects.get(name);
    if (known !== undefined) return known;
    // Who was away has no claim to what was done meanwhile.
    const served = Math.min(...[...projects.values()].map((other) => other.served));
    const made = {
      waiting: [],
      running: 0,
      beginning: 0,
      served: Number.isFinite(served) ? served : 0,
      turn: 0,
    };
    projects.set(name, made);
    return made;
  };
  const forgetIdle = (name: string, project: Project): void => {
    if (project.running === 0 && project.waiting.length === 0) projects.delete(name);
  };

  const placeIn = (name: string, project: Project, size: number): Place => {
    free--;
    project.running++;
    project.beginning += size;
    project.served += size;
    project.turn = ++turns;
    let isBeginning = true;
    let isHeld = true;
    const begun = (): void => {
      if (isBeginning) project.beginning -= size;
      isBeginning = false;
    };
    return {
      begun() {
        begun();
        enterNext();
      },
      charge(amount) {
        project.served += amount;
      },
      release() {
        if (!isHeld) return;
        isHeld = false;
        begun();
        free++;
        project.running--;
        forgetIdle(name, project);
        enterNext();
      },
    };
  };

  return {
    take(name, size, signal) {
      signal.throwIfAborted();
      const project = projectOf(name);
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          project.waiting.splice(project.waiting.indexOf(waiter), 1);
          signal.removeEventListener('abort', onAbort);
        };
        const onAbort = (): void => {
          leave();
          forgetIdle(name, project);
          // A smaller one may have waited behind it.
          enterNext();
          reject(signal.reason);
        };
        const waiter: Waiter = {
          size,
          enter() {
            leave();
            resolve(placeIn(name, project, size));
          },
        };
        project.waiting.push(waiter);
        signal.addEventListener('abort', onAbort, { once: true });
        enterNext();
      });
    },
  };
}
