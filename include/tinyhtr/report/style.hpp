// The style sheet of a report, light and dark.
#pragma once

namespace tinyhtr::detail {

inline constexpr const char* report_style = R"css(
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1b1f24; --soft: #59636e; --line: #d8dee4; --grid: #e8ebef;
  --good: #1a7f37; --bad: #b42318; --bad-back: #ffe2dd; --heat: 194, 65, 12;
  --c0: #0b63ce; --c1: #c2410c; --c2: #15803d; --c3: #7e22ce;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1116; --card: #171b22; --ink: #e6edf3; --soft: #9aa4af; --line: #30363d; --grid: #242a32;
    --good: #56d364; --bad: #ff8f80; --bad-back: #5a1e1a; --heat: 251, 146, 60;
    --c0: #6cb0ff; --c1: #ffa45c; --c2: #5fd38a; --c3: #d2a8ff;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 38px 0 10px; }
h3 { font-size: 15px; margin: 22px 0 8px; }
p { margin: 6px 0 10px; max-width: 78ch; }
.soft, figcaption, .note { color: var(--soft); }
.note { font-size: 13.5px; max-width: 110ch; }
.split { overflow-wrap: anywhere; }
header p { margin: 2px 0; }
nav { margin: 14px 0 0; display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 14px; }
a { color: var(--c0); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 250px), 1fr)); gap: 14px;
  margin-top: 20px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px; min-width: 0; }
.card h2 { margin: 0; font-size: 14px; font-weight: 600; color: var(--soft); }
.card .figure { font-size: 34px; font-weight: 650; line-height: 1.25; font-variant-numeric: tabular-nums; }
.card p { margin: 2px 0 0; font-size: 13px; color: var(--soft); overflow-wrap: anywhere; }
.card p.interval { color: var(--ink); font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 14px; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 12px 8px;
  min-width: 0; }
figure h3 { margin: 0 4px 4px; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font: 12px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif;
  font-variant-numeric: tabular-nums; }
svg .grid { stroke: var(--grid); stroke-width: 1; }
svg .axis { stroke: var(--line); stroke-width: 1; }
svg .mark { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 3 3; }
svg .curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
svg .key { stroke-width: 3; stroke-linecap: round; }
svg .s0 { stroke: var(--c0); } svg .s1 { stroke: var(--c1); }
svg .s2 { stroke: var(--c2); } svg .s3 { stroke: var(--c3); }
svg .d0 { fill: var(--c0); } svg .d1 { fill: var(--c1); } svg .d2 { fill: var(--c2); } svg .d3 { fill: var(--c3); }
svg .band { fill: var(--soft); fill-opacity: 0; }
svg .band:hover { fill-opacity: .14; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 14px 22px;
  align-items: start; }
.columns > div { min-width: 0; }
.columns h3 { margin-top: 8px; }
.wide { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 10px; text-align: right; border-top: 1px solid var(--grid); white-space: nowrap; }
thead th { border-top: 0; color: var(--soft); font-weight: 600; font-size: 13px; line-height: 1.25;
  vertical-align: bottom; white-space: normal; }
th:first-child, td:first-child { text-align: left; }
tbody th { font-weight: 500; }
td.bar { width: 24%; min-width: 60px; padding-left: 4px; }
.bar i { display: block; height: 9px; border-radius: 2px; background: var(--c0); min-width: 1px; }
td.left, th.left { text-align: left; }
td.text { text-align: left; white-space: normal; overflow-wrap: anywhere; }
kbd { font: 600 14px/1 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; padding: 2px 6px;
  background: var(--grid); border-radius: 4px; white-space: pre; }
kbd.none { font: 13px/1 system-ui, sans-serif; color: var(--soft); background: none; padding: 2px 0; }
table.heat { width: auto; }
table.heat td, table.heat th { text-align: center; padding: 0; width: 28px; height: 27px; min-width: 28px; border: 0; }
table.heat tbody th, table.heat thead th { font: 600 14px/1 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas,
  monospace;
  color: var(--ink); white-space: pre; }
table.heat th.none { font: 11px/1 system-ui, sans-serif; color: var(--soft); padding: 0 5px; }
table.heat thead th { height: 30px; }
table.heat td { background: rgba(var(--heat), calc(var(--h, 0) * .8)); border: 1px solid var(--grid); font-size: 12px; }
table.heat td.same { background: var(--grid); }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 205px), 1fr)); gap: 12px; }
.word { background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; display: flex;
  flex-direction: column; min-width: 0; }
.word .image { background: #fff; height: 84px; display: flex; align-items: center; justify-content: center; padding:
  8px;
  border-bottom: 1px solid var(--line); color: #59636e; font-size: 12px; overflow: hidden; overflow-wrap: anywhere; }
.word img { max-width: 100%; max-height: 68px; width: auto; height: auto; }
.word dl { margin: 0; padding: 8px 10px 2px; display: grid; grid-template-columns: max-content 1fr; gap: 1px 8px;
  font-size: 16px; line-height: 1.4; }
.word dt { color: var(--soft); font-size: 12.5px; line-height: 22px; }
.word dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; min-width: 0; }
.word .facts { margin: 0; padding: 0 10px 8px; font-size: 12px; color: var(--soft); overflow-wrap: anywhere; }
mark { background: var(--bad-back); color: var(--bad); border-radius: 3px; font-weight: 600; }
.nothing { color: var(--soft); font-style: italic; }
.right { color: var(--good); }
details { margin-top: 14px; }
summary { cursor: pointer; color: var(--c0); }
details .wide { margin-top: 10px; }
@media (max-width: 560px) { main { padding: 18px 12px 40px; } table { font-size: 13px; } th, td { padding: 4px; }
  td:first-child, th:first-child { padding-left: 8px; } td.bar { min-width: 38px; }
  .gallery { grid-template-columns: 1fr 1fr; } .word dl { font-size: 15px; } }
@media print { body { background: #fff; } .card, figure, .word, tr { break-inside: avoid; } }
)css";

}  // namespace tinyhtr::detail
