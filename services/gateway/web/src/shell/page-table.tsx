import type { ComponentType } from 'preact';
import { DataPage } from '../data/data-page.tsx';
import { FilePage } from '../data/file-page.tsx';
import { EvalPage } from '../evals/eval-page.tsx';
import { EvalsPage } from '../evals/evals-page.tsx';
import { GraderPage } from '../evals/grader-page.tsx';
import { ImportPage } from '../evals/import-page.tsx';
import { RunPage } from '../evals/run-page.tsx';
import { HomePage } from '../home/home-page.tsx';
import { JobPage } from '../job/job-page.tsx';
import { JobsPage } from '../jobs/jobs-page.tsx';
import { ModelPage } from '../models/model-page.tsx';
import { ModelsPage } from '../models/models-page.tsx';
import { NewJobPage } from '../new-job/new-job-page.tsx';
import { PlaygroundPage } from '../playground/playground-page.tsx';
import { PoolPage } from '../pool/pool-page.tsx';
import { VerdictPage } from '../verdict/verdict-page.tsx';

/** A page of the dashboard; a part of its path that begins with `:` is a property of its view. */
export type DashboardPage = {
  readonly path: string;
  /** In the title of the window. */
  readonly title: string;
  /** Its entry in the navigation, which stands in this order; absent: none. */
  readonly nav?: string;
  // biome-ignore lint/suspicious/noExplicitAny: each view names the parts of its own path
  readonly view: ComponentType<any>;
};

/** Every page: a new one is a row here. The first whose path fits is shown. */
export const pages: readonly DashboardPage[] = [
  { path: '/', title: 'Home', nav: 'Home', view: HomePage },
  { path: '/data', title: 'Data', nav: 'Data', view: DataPage },
  { path: '/data/:file', title: 'File', view: FilePage },
  { path: '/jobs', title: 'Jobs', nav: 'Jobs', view: JobsPage },
  { path: '/jobs/new', title: 'New job', view: NewJobPage },
  { path: '/jobs/:job', title: 'Job', view: JobPage },
  { path: '/jobs/:job/verdict', title: 'Verdict', view: VerdictPage },
  { path: '/playground', title: 'Playground', nav: 'Playground', view: PlaygroundPage },
  { path: '/models', title: 'Models', nav: 'Models', view: ModelsPage },
  { path: '/models/:model', title: 'Model', view: ModelPage },
  { path: '/evals', title: 'Evals', nav: 'Evals', view: EvalsPage },
  { path: '/evals/import', title: 'Import an eval', view: ImportPage },
  { path: '/evals/grader', title: 'Try a grader', view: GraderPage },
  { path: '/evals/:eval', title: 'Eval', view: EvalPage },
  { path: '/evals/:eval/runs/:run', title: 'Run', view: RunPage },
  { path: '/pool', title: 'Pool', nav: 'Pool', view: PoolPage },
];
