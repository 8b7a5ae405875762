import type { ComponentType } from 'preact';
import { ComparePage } from '../compare/compare-page.tsx';
import { DataPage } from '../data/data-page.tsx';
import { FilePage } from '../data/file-page.tsx';
import { ConvertPage } from '../data/made/convert-page.tsx';
import { DatasetPage } from '../data/made/dataset-page.tsx';
import { MixPage } from '../data/made/mix-page.tsx';
import { SplitPage } from '../data/made/split-page.tsx';
import { EvalPage } from '../evals/eval-page.tsx';
import { EvalsPage } from '../evals/evals-page.tsx';
import { GraderPage } from '../evals/grader-page.tsx';
import { ImportPage } from '../evals/import-page.tsx';
import { NewEvalPage } from '../evals/new-eval-page.tsx';
import { RunPage } from '../evals/run-page.tsx';
import { HomePage } from '../home/home-page.tsx';
import { JobPage } from '../job/job-page.tsx';
import { JobsPage } from '../jobs/jobs-page.tsx';
import { KeysPage } from '../keys/keys-page.tsx';
import { ModelPage } from '../models/model-page.tsx';
import { ModelsPage } from '../models/models-page.tsx';
import { NewJobPage } from '../new-job/new-job-page.tsx';
import { PlaygroundPage } from '../playground/playground-page.tsx';
import { PoolPage } from '../pool/pool-page.tsx';
import { UsagePage } from '../usage/usage-page.tsx';
import { VerdictPage } from '../verdict/verdict-page.tsx';

/** What stands in an address at the parts of a path that begin with `:`. */
type Parts<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? { readonly [Key in Name]: string } & Parts<Rest>
  : Path extends `${string}:${infer Name}`
    ? { readonly [Key in Name]: string }
    : object;

/** A page of the dashboard; a part of its path that begins with `:` is a property of its view. */
export type DashboardPage = {
  readonly path: string;
  /** In the title of the window. */
  readonly title: string;
  /** Its entry in the navigation, which stands in this order; absent: none. */
  readonly nav?: string;
  readonly view: ComponentType<Readonly<Record<string, string>>>;
};

/** A page whose view takes just the parts of its own path. */
function page<const Path extends string>(
  path: Path,
  title: string,
  view: ComponentType<Parts<Path>>,
): DashboardPage {
  // The router fills in every part that the path names.
  return { path, title, view: view as DashboardPage['view'] };
}

/** A page with an entry in the navigation. */
function entry(path: string, title: string, view: ComponentType): DashboardPage {
  return { ...page(path, title, view), nav: title };
}

/** Every page: a new one is a row here. The first whose path fits is shown. */
export const pages: readonly DashboardPage[] = [
  entry('/', 'Home', HomePage),
  entry('/data', 'Data', DataPage),
  page('/data/convert', 'Make pairs of talk', ConvertPage),
  page('/data/mix', 'Mix files', MixPage),
  page('/data/split', 'Split a file', SplitPage),
  page('/data/sets/:dataset', 'Data set', DatasetPage),
  page('/data/:file', 'File', FilePage),
  entry('/jobs', 'Jobs', JobsPage),
  page('/jobs/new', 'New job', NewJobPage),
  page('/jobs/compare', 'Compare runs', ComparePage),
  page('/jobs/:job', 'Job', JobPage),
  page('/jobs/:job/verdict', 'Verdict', VerdictPage),
  entry('/playground', 'Playground', PlaygroundPage),
  entry('/models', 'Models', ModelsPage),
  page('/models/:model', 'Model', ModelPage),
  entry('/evals', 'Evals', EvalsPage),
  page('/evals/new', 'New eval', NewEvalPage),
  page('/evals/import', 'Import an eval', ImportPage),
  page('/evals/grader', 'Try a grader', GraderPage),
  page('/evals/:eval', 'Eval', EvalPage),
  page('/evals/:eval/runs/:run', 'Run', RunPage),
  entry('/pool', 'Pool', PoolPage),
  entry('/usage', 'Usage', UsagePage),
  entry('/keys', 'Keys', KeysPage),
];
