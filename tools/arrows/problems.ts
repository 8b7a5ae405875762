import { type Import, readImports } from './imports.ts';
import { testFile } from './test-names.ts';

/**
 * A folder of the repository: what its files may import outside of it, and its rooms, each with the rooms above it that
 * it may import. A room is a folder or a file; `.` holds what is in no other. A house without rooms is one.
 */
type House = {
  readonly imports: readonly string[];
  /** The npm packages that it may import, where it is held to a few. */
  readonly npm?: readonly string[];
  /** May open a package's inner doors. */
  readonly isInternal?: true;
  readonly rooms?: Readonly<Record<string, string>>;
};

export type Table = {
  readonly houses: Readonly<Record<string, House>>;
  /** What tests may import beside what the house that they are in may. */
  readonly tests: readonly string[];
  /** npm packages that only one house, or one file of it, may import. */
  readonly owners: Readonly<Record<string, readonly string[]>>;
};

/** What goes against the table in the source files of a folder, a sentence each. */
export function arrowProblems(root: string, table: Table): string[] {
  const houses = Object.keys(table.houses);
  const { files, imports } = readImports(root);
  return [...badRows(), ...imports.flatMap(problemsOf)];

  function problemsOf({ file, said, target }: Import): string[] {
    const from = placeOf(file);
    const house = table.houses[from.house];
    if (house === undefined) return [`${file}: no row of the table of arrows is about it`];
    const isTest = testFile.test(file);
    const may = (holds: boolean, cure: string): string[] =>
      holds ? [] : [`${file}: may not import ${said}; ${cure}`];
    if (said.startsWith('node:')) return [];
    if (target === undefined) {
      if (said.startsWith('@lathe/')) return may(false, "its package's exports have no such door");
      const owners = table.owners[said];
      return [
        ...may(
          owners?.some((owner) => file === owner || file.startsWith(`${owner}/`)) ?? true,
          `only ${owners?.join(', ')} may`,
        ),
        ...may(
          isTest || (house.npm?.includes(said) ?? true),
          `${from.house} keeps to ${house.npm?.join(', ')}`,
        ),
      ];
    }
    const to = placeOf(target);
    const isInner = said.includes('/internal/');
    if (to.house !== from.house)
      return [
        ...may(
          house.imports.includes(to.house) || (isTest && table.tests.includes(to.house)),
          `${from.house} does not import ${to.house}: move the shared part to where both may reach`,
        ),
        ...may(
          !/^(packages|services)\//.test(to.house) || said.startsWith('@lathe/'),
          'name a door of its package',
        ),
        ...may(
          !isInner || isTest || house.isInternal === true,
          'inner doors are for bench and tests',
        ),
      ];
    const rooms = table.houses[to.house]?.rooms;
    return [
      ...may(isTest || !testFile.test(target), 'it belongs to the tests'),
      ...may(
        isTest ||
          from.room === to.room ||
          (rooms?.[from.room]?.split(' ').includes(to.room) ?? true),
        `${from.house}: ${from.room} does not import ${to.room}`,
      ),
    ];
  }

  /** The house and the room of a file: of rooms in rooms the inner. */
  function placeOf(file: string): { house: string; room: string } {
    const house = houses.filter((each) => file.startsWith(`${each}/`)).sort(byLength)[0] ?? '';
    const inside = file.slice(house.length + 1).replace(/^src\//, '');
    const rooms = Object.keys(table.houses[house]?.rooms ?? {});
    const room = rooms
      .filter((each) => inside === each || inside.startsWith(`${each}/`))
      .sort(byLength)[0];
    return { house, room: room ?? '.' };
  }

  /** Rooms that no file is in, and those that import a room below their own. */
  function badRows(): string[] {
    const used = new Set(files.map((file) => JSON.stringify(placeOf(file))));
    return houses.flatMap((house) => {
      const rooms = Object.entries(table.houses[house]?.rooms ?? { '.': '' });
      const above = new Set<string>();
      return rooms.flatMap(([room, imported]) => {
        const back = imported.split(' ').filter((each) => each !== '' && !above.has(each));
        above.add(room);
        return [
          ...(used.has(JSON.stringify({ house, room })) ? [] : ['no file is there']),
          ...back.map((each) => `${each} is not above it`),
        ].map((problem) => `the table of arrows has ${house}: ${room}, but ${problem}`);
      });
    });
  }
}

function byLength(a: string, b: string): number {
  return b.length - a.length;
}
