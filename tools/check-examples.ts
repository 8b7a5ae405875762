import { doorsWithoutExample, readDoors } from './example-doors.ts';
import { compileExamples } from './example-programs.ts';

/** Refuses a door of a package without an example in its documentation, and an example that does not compile. */
const root = process.cwd();
const doors = readDoors(root);
const problems = doorsWithoutExample(doors).map((door) => `${door} has no @example: add one.`);
const wrong = compileExamples(root, doors);
if (wrong !== '') problems.push(wrong);
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
