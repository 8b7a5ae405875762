import { useEffect, useRef, useState } from 'preact/hooks';
import { signOut, useSession } from '../api/session.ts';
import { nextTimeStyle, useTimeStyle } from '../ui/time-style.ts';
import { ApiCalls } from './api-calls.tsx';
import { Link } from './link.tsx';
import { type DashboardPage, pages } from './page-table.tsx';
import { matchPath, usePlace } from './router.ts';
import { SignIn } from './sign-in.tsx';
import { chosenTheme, nextTheme } from './theme.ts';

/** The frame around every page: navigation, and the page that the address names. */
export function App() {
  const { key, reason } = useSession();
  const { path } = usePlace();
  const main = useRef<HTMLElement>(null);
  const found = findPage(path);
  const title = found?.page.title ?? 'Not found';
  useEffect(() => {
    document.title = `${title} · Lathe`;
    scrollTo(0, 0);
    // Who listens to the page hears that it is another one.
    main.current?.focus({ preventScroll: true });
  }, [path, title]);
  if (key === null) return <SignIn reason={reason} />;
  const View = found?.page.view;
  return (
    <div class="frame">
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <header class="side">
        <Link to="/" class="brand">
          Lathe
        </Link>
        <nav aria-label="Pages">
          {pages
            .filter(({ nav }) => nav !== undefined)
            .map(({ path: to, nav }) => (
              <Link key={to} to={to} isCurrent={isWithin(path, to)}>
                {nav}
              </Link>
            ))}
        </nav>
        <div class="side-foot">
          <TimesButton />
          <ThemeButton />
          <button type="button" class="quiet" onClick={() => signOut()}>
            Sign out
          </button>
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {View === undefined ? <NotFound path={path} /> : <View key={path} {...found?.parts} />}
        <ApiCalls key={`calls of ${path}`} />
      </main>
    </div>
  );
}

function findPage(
  path: string,
): { page: DashboardPage; parts: Readonly<Record<string, string>> } | undefined {
  for (const page of pages) {
    const parts = matchPath(page.path, path);
    if (parts !== null) return { page, parts };
  }
  return undefined;
}

/** Whether an entry of the navigation is where the page is: the longest entry that its path begins with. */
function isWithin(path: string, to: string): boolean {
  const entries = pages.filter(({ nav }) => nav !== undefined).map((page) => page.path);
  const holds = (entry: string): boolean =>
    path === entry || (entry !== '/' && path.startsWith(`${entry}/`));
  const nearest = entries.filter(holds).toSorted((a, b) => b.length - a.length)[0];
  return nearest === to;
}

function ThemeButton() {
  const [theme, setTheme] = useState(chosenTheme);
  return (
    <button type="button" class="quiet" onClick={() => setTheme(nextTheme())}>
      Theme: {theme}
    </button>
  );
}

/** Exact times for those, too, who do not point at one. */
function TimesButton() {
  const style = useTimeStyle();
  return (
    <button type="button" class="quiet" onClick={() => nextTimeStyle()}>
      Times: {style}
    </button>
  );
}

function NotFound({ path }: { readonly path: string }) {
  return (
    <>
      <h1>There is no such page</h1>
      <p>
        Nothing is at <code>{path}</code>. <Link to="/">Go to the home page</Link>.
      </p>
    </>
  );
}
