import { arrowProblems } from './arrows/problems.ts';
import { arrows } from './arrows/table.ts';
import { testNameProblems } from './arrows/test-names.ts';

/** Refuses an import that the table of arrows (`arrows/table.ts`) does not have, and another name for what only tests use. */
const root = process.cwd();
const problems = [...arrowProblems(root, arrows), ...testNameProblems(root)];
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
