import { createHash } from 'node:crypto';
import { Html, html } from './html.ts';

const style = `
:root{color-scheme:light dark;--paper:#fff;--card:#f6f7f9;--ink:#1b1f24;--soft:#5b6470;--line:#d9dde3;--one:#2f6fb5;--two:#b3c7de;--good:#1d7a46;--bad:#b3261e;--warn:#8a5a00;--mark:#cfe8d5;--token:#eef0f3;--cut:#f9dcd9}
@media (prefers-color-scheme:dark){:root{--paper:#14171b;--card:#1d2126;--ink:#e7eaee;--soft:#9aa4b0;--line:#333a43;--one:#6ea8e6;--two:#38516d;--good:#6fcf97;--bad:#ff8a80;--warn:#e5b567;--mark:#1f4a33;--token:#272c33;--cut:#54282a}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:62rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.5rem;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:2.25rem 0 .5rem}
h3{font-size:.95rem;margin:1.25rem 0 .35rem;font-weight:600}
p{margin:.35rem 0}
.soft,caption,figcaption{color:var(--soft)}
.verdict{border-left:.3rem solid var(--good);background:var(--card);padding:.7rem 1rem;margin:1rem 0;overflow-wrap:anywhere}
.verdict.no{border-color:var(--bad)}
.verdict.unsure{border-color:var(--warn)}
.verdict.plain{border-color:var(--line)}
.outcome{margin:0 0 .15rem;color:var(--good);font-weight:600}.no .outcome{color:var(--bad)}.unsure .outcome{color:var(--warn)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(7.5rem,1fr));gap:.6rem;margin:1rem 0;padding:0;list-style:none}
.tiles li{background:var(--card);border-radius:.4rem;padding:.6rem .8rem}
.tiles b{display:block;font-size:1.35rem;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption,figcaption{text-align:left;font-size:.88rem;padding:.2rem 0}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;border-bottom:1px solid var(--line);overflow-wrap:break-word}
td.say{overflow-wrap:anywhere;min-width:11rem}
th.n{white-space:normal}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
td.n{white-space:nowrap}
.n .wrap{white-space:normal}
.good{color:var(--good)}.error{color:var(--bad)}.warn{color:var(--warn)}
figure{margin:.5rem 0}
svg{display:block;width:100%;height:auto}svg.slim{display:none}
svg text{fill:var(--soft);font:12px system-ui,sans-serif}
svg text.strong{fill:var(--ink);font-weight:600}
.span{stroke-width:12;stroke-linecap:butt;opacity:.45}.span.one{stroke:var(--one)}.span.two{stroke:var(--soft)}.dot.two{fill:var(--soft)}
.name{overflow-wrap:anywhere;min-width:9rem}
.bars{width:45%}
.label{display:none}
.grid td,.grid th{text-align:center}.grid th:first-child{text-align:right}
.hit{background:var(--mark)}.miss{background:var(--token);color:var(--bad)}
article{background:var(--card);border-radius:.4rem;padding:.6rem .9rem;margin:.6rem 0;overflow-wrap:anywhere}
.asked,dd{white-space:pre-wrap;unicode-bidi:isolate}
dl{display:grid;grid-template-columns:minmax(5rem,max-content) 1fr;gap:.2rem .9rem;margin:.5rem 0 0;border-top:1px solid var(--line);padding-top:.4rem}
dt{color:var(--soft)}dd{margin:0;min-width:0}
.one{fill:var(--one)}.two{fill:var(--two)}.axis{stroke:var(--line)}.curve{fill:none;stroke:var(--two);stroke-width:2}
.key::before{content:"";display:inline-block;width:.8em;height:.8em;margin-right:.35em;border-radius:.15em;background:var(--one)}
.key.pale::before{background:var(--two)}
.key.taught::before{background:var(--mark);outline:1px solid var(--good)}
.key.plain::before{background:var(--token)}
.key.cut::before{background:var(--cut);outline:1px solid var(--bad)}
.tokens{background:var(--card);border-radius:.4rem;padding:.7rem .8rem;font:13.5px/1.75 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere;max-height:26rem;overflow-y:auto;unicode-bidi:isolate}
.tokens i{font-style:normal;background:var(--token);border-radius:.2em;box-shadow:inset -1px 0 var(--paper)}
.tokens b{font-weight:inherit;background:var(--mark);border-radius:.2em;box-shadow:inset -1px 0 var(--paper),inset 0 -2px var(--good)}
.tokens s{background:var(--cut);border-radius:.2em;box-shadow:inset -1px 0 var(--paper)}
.tokens s.taught{box-shadow:inset -1px 0 var(--paper),inset 0 -2px var(--good)}
.tokens u{color:var(--soft);text-decoration:none}
footer{margin-top:3rem;color:var(--soft);font-size:.88rem}
@media (max-width:30rem){th,td{padding-right:.4rem}.tiles b{font-size:1.15rem}svg text{font-size:22px}svg.broad{display:none}svg.slim{display:block}svg.slim text{font-size:14px}.bars{width:auto}.bars svg text{font-size:13px}.stack th{display:none}.stack tr{display:block;padding:.4rem 0;border-bottom:1px solid var(--line)}.stack td{display:inline;border:0;padding-right:.8rem}.stack td.say{display:block}.cards th{display:none}.cards tr{display:block;padding:.45rem 0;border-bottom:1px solid var(--line)}.cards td{display:flex;justify-content:space-between;gap:1rem;border:0;padding:.1rem 0;text-align:right;white-space:normal}.cards td.name{display:block;text-align:left;font-weight:600}.cards td.name div{font-weight:400}.cards td{overflow-wrap:anywhere}.cards .label{display:inline;flex:none;max-width:70%;color:var(--soft);text-align:left}dl{gap:.2rem .5rem}dt{font-size:.85rem}article{padding:.6rem .6rem}}
`;

/** A whole page and the headers that it is sent with. */
export type Page = { readonly text: string; readonly headers: Readonly<Record<string, string>> };

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

const plainPolicy = `default-src 'none'; style-src ${hashOf(style)}`;
const type = 'text/html; charset=utf-8';
/** What only a header may forbid. */
const never = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What a page may do: show itself in its own style. It loads nothing, sends nothing and runs nothing. */
export const pageHeaders = {
  'content-type': type,
  'content-security-policy': `${plainPolicy}; ${never}`,
};

/** A whole page that needs nothing beside itself, also as a file on a disk. */
export function pageOf(title: string, body: Html): string {
  return framed({ title, body, policy: plainPolicy, style });
}

/** A page with further style and one script of its own: it loads and sends nothing either, and runs nothing else. */
export function scriptedPage(
  title: string,
  body: Html,
  own: { readonly style: string; readonly script: string },
): Page {
  const whole = style + own.style;
  const policy = `default-src 'none'; style-src ${hashOf(whole)}; script-src ${hashOf(own.script)}`;
  const withScript = html`${body}<script>${new Html(own.script)}</script>`;
  return {
    text: framed({ title, body: withScript, policy, style: whole }),
    headers: { 'content-type': type, 'content-security-policy': `${policy}; ${never}` },
  };
}

function framed(page: {
  readonly title: string;
  readonly body: Html;
  readonly policy: string;
  readonly style: string;
}): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${new Html(page.policy)}">
<title>${page.title}</title>
<style>${new Html(page.style)}</style>
</head>
<body>
<main>
${page.body}
</main>
</body>
</html>
`.text;
}
