import { arrowProblems } from './arrows/problems.ts';
import { arrows } from './arrows/table.ts';

/** Refuses an import that the table of arrows (`arrows/table.ts`) does not have. */
const problems = arrowProblems(process.cwd(), arrows);
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
