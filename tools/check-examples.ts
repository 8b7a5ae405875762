import { doorsWithoutExample, readDoors } from './example-doors.ts';

/** Refuses a door of a package without an example in its documentation; examples.test.ts compiles them. */
const without = doorsWithoutExample(readDoors(process.cwd()));
if (without.length > 0) {
  console.error(without.map((door) => `${door} has no @example: add one.`).join('\n'));
  process.exit(1);
}
