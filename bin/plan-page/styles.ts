/** How the page looks. Wide things scroll in their own box; the page never does. */
import { Html } from './html';

export const STYLES = new Html(`
:root {
  --page: #fcfcfa; --box: #f3f4f2; --text: #1b1f24; --quiet: #566069; --rule: #d9dcdf; --link: #0a5690;
  --ours: #0a5690; --model: #8b949d; --weights: #24476b; --cache: #3f8fa8; --reserve: #d3d8dc;
  --spot: #0a5690; --demand: #a9c4d9; --warn: #8a5200; --warn-box: #fdf5e4; --warn-rule: #d9a441; --shade: rgb(0 0 0 / .11);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15181b; --box: #1e2226; --text: #e3e6e9; --quiet: #a0a9b2; --rule: #353b41; --link: #7ab8ee;
    --ours: #7ab8ee; --model: #747e88; --weights: #7ab8ee; --cache: #3a8494; --reserve: #3a4148;
    --spot: #7ab8ee; --demand: #3d5a73; --warn: #f0c067; --warn-box: #2a2417; --warn-rule: #8a6a24; --shade: rgb(0 0 0 / .7);
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 3rem; max-width: 61rem; background: var(--page); color: var(--text);
  font: 1rem/1.55 -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Open Sans", system-ui, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
h1, h2, h3 { line-height: 1.25; font-weight: 650; margin: 0; }
h1 { font-size: 1.9rem; letter-spacing: -.015em; }
h2 { font-size: 1.4rem; letter-spacing: -.01em; }
h3 { font-size: 1.05rem; margin: 2.25rem 0 .4rem; }
p { margin: .5rem 0 1rem; max-width: 44rem; }
a { color: var(--link); text-underline-offset: .15em; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .86em; }
header { margin-bottom: 1.5rem; }
header p { margin: .3rem 0 0; }
main > section { border-top: 1px solid var(--rule); margin-top: 2.75rem; padding-top: 1.75rem; }
main > .warnings { border: 1px solid var(--warn-rule); border-left-width: 4px; background: var(--warn-box); margin: 0 0 1.5rem; padding: .9rem 1.1rem; }
.warnings h2 { font-size: 1rem; color: var(--warn); }
.warnings ul { margin: .4rem 0 0; padding-left: 1.15rem; }
.warnings li { margin: .25rem 0; }
.quiet, .under, dt, .note { color: var(--quiet); font-size: .9rem; }
.under { display: block; font-size: .8rem; font-weight: 400; line-height: 1.35; }
.note { margin: .5rem 0 0; }
.verdict { font-size: 1.08rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 1rem 1.5rem; margin: 1.25rem 0 0; }
dt { font-size: .8rem; }
dd { margin: .1rem 0 0; font-weight: 500; line-height: 1.4; }
figure { margin: .75rem 0 1.25rem; }
svg { display: block; overflow: visible; }
svg.chart { max-width: 100%; height: auto; overflow: hidden; }
svg text { fill: var(--text); font-size: 12px; font-family: inherit; }
.grid path { stroke: var(--rule); stroke-width: 1; fill: none; }
.grid text { fill: var(--quiet); }
svg .label { fill: var(--quiet); }
svg .ours-label { fill: var(--ours); font-weight: 650; }
.model { stroke: var(--model); stroke-width: 1.25; fill: none; }
.ours { stroke: var(--ours); stroke-width: 2.5; fill: none; stroke-linejoin: round; }
.ours.beyond { stroke-dasharray: 5 4; stroke-width: 1.75; }
.leader { stroke: var(--rule); fill: none; }
.dot { fill: var(--ours); stroke: var(--page); stroke-width: 1.5; }
.dot.beyond { fill: var(--page); stroke: var(--ours); stroke-width: 2; }
.weights { fill: var(--weights); background: var(--weights); }
.cache { fill: var(--cache); background: var(--cache); }
.reserve { fill: var(--reserve); background: var(--reserve); }
.spot { fill: var(--spot); background: var(--spot); }
.on-demand { fill: var(--demand); background: var(--demand); }
.pools { list-style: none; margin: 0; padding: 0; }
.pools li { margin: 0 0 .7rem; font-size: .88rem; line-height: 1.5; }
.legend, .key { list-style: none; margin: .6rem 0 0; padding: 0; font-size: .88rem; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; }
.swatch { display: inline-block; width: .75em; height: .75em; margin-right: .45em; border-radius: 2px; }
.key li { display: flex; gap: .6em; color: var(--quiet); }
.key b { flex: 0 0 1em; color: var(--text); }
.key li:first-child b { color: var(--ours); }
.nowrap { white-space: nowrap; }
/* A shadow at each edge behind which there is more; what scrolls along covers it where there is not. */
.scroll, pre { overflow-x: auto; }
.scroll { margin: .75rem 0;
  background: linear-gradient(to right, var(--page) 40%, transparent), linear-gradient(to left, var(--page) 40%, transparent) 100% 0,
    linear-gradient(to right, var(--shade), transparent), linear-gradient(to left, var(--shade), transparent) 100% 0;
  background-repeat: no-repeat; background-size: 3rem 100%, 3rem 100%, .9rem 100%, .9rem 100%; background-attachment: local, local, scroll, scroll; }
.scroll:focus-visible, pre:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; line-height: 1.4; }
th, td { text-align: left; vertical-align: top; padding: .45rem 1rem .45rem 0; border-bottom: 1px solid var(--rule); overflow-wrap: normal; }
th:last-child, td:last-child { padding-right: 0; }
thead th { font-size: .8rem; font-weight: 500; color: var(--quiet); vertical-align: bottom; border-bottom-color: var(--quiet); }
tbody th { font-weight: 500; }
tfoot th, tfoot td { font-weight: 650; border-bottom: 0; }
.number { text-align: right; white-space: nowrap; }
thead .number { white-space: normal; }
.number + :not(.number) { padding-left: .75rem; }
.two { max-width: 44rem; }
.words { min-width: 0; }
.words th, .words td { overflow-wrap: anywhere; min-width: 6rem; }
pre { background: var(--box); padding: .9rem 1rem; line-height: 1.6; margin: .5rem 0 0; overflow-wrap: normal; }
details { margin: 1rem 0 0; }
summary { cursor: pointer; color: var(--link); font-size: .95rem; }
footer { border-top: 1px solid var(--rule); margin-top: 3rem; padding-top: 1rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.narrow { display: none; }
@media (max-width: 52rem) {
  body { padding: 1.5rem 1rem 2rem; }
  h1 { font-size: 1.55rem; }
  .wide { display: none; }
  svg.narrow, ul.narrow { display: block; }
  svg.chart.narrow { width: 100%; max-width: 34rem; }
  th, td { padding-right: .75rem; }
  .gpus { min-width: 8.5rem; }
  .number .under, .words .number { white-space: normal; }
  .facts { grid-template-columns: 1fr 1fr; gap: .8rem 1rem; }
}
@media print { .scroll { overflow: visible; } details > * { display: block; } }
`);
