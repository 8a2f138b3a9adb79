//! The style sheet of the HTML report.

/// The style sheet. The colours of the grades differ in lightness too, and each badge says its word.
pub(super) const CSS: &str = "\
:root{color-scheme:light dark;--bg:#fff;--fg:#1f2328;--quiet:#59636e;--line:#d1d9e0;--box:#f6f8fa;--link:#0969da;
--stop:#b3261e;--warn:#9a6700;--notice:#0969da;--clean:#1a7f37;--call:#4a8fd6;--failed:#d1570f;--tokens:#8250df;--cost:#1a7f37}
@media (prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--quiet:#9198a1;--line:#3d444d;--box:#151b23;--link:#58a6ff;
--stop:#f47067;--warn:#d9a514;--notice:#58a6ff;--clean:#3fb950;--call:#4a8fd6;--failed:#f0883e;--tokens:#ab7df8;--cost:#3fb950}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
main,footer{max-width:64rem;margin:0 auto;padding:1rem}
footer,.quiet{color:var(--quiet);font-size:.875rem}
h1{font-size:1.4rem;line-height:1.3}h2{font-size:1.2rem;margin-top:2.5rem}h3{font-size:1.05rem;margin-top:1.75rem}
h4{font-size:1rem;margin:0}
a{color:var(--link)}
code{font:.875em ui-monospace,monospace}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:1rem 0}dt{color:var(--quiet)}dd{margin:0}
.badge{display:inline-block;padding:0 .5em;border:1px solid;border-radius:1em;font-size:.8em;font-weight:600;white-space:nowrap}
.stop{color:var(--stop)}.warn,.unread{color:var(--warn)}.notice,.unsure{color:var(--notice)}.clean{color:var(--clean)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;margin:1rem 0}
.cards div{background:var(--box);border:1px solid var(--line);border-radius:.5rem;padding:.5rem .75rem}
.cards span{display:block;color:var(--quiet);font-size:.875rem}
article{background:var(--box);border-left:.3rem solid;border-radius:.25rem;padding:.75rem 1rem;margin:.75rem 0}
article>*{color:var(--fg)}article>.quiet{color:var(--quiet);margin:.5rem 0 0}article p{margin:.5rem 0}
article ol,article ul{margin:.5rem 0;padding-left:1.5rem}
.plain{padding-left:1.25rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}th{text-align:left;font-weight:600}
th,td{padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:normal}
td:nth-child(2),td:nth-child(3){overflow-wrap:anywhere;min-width:7rem}
.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.events td:nth-child(1),.events td:nth-child(2){width:1%;min-width:0;white-space:nowrap}
.time{margin:1rem 0}
.lane{display:grid;grid-template-columns:8rem 1fr;gap:.75rem;align-items:center;font-size:.875rem;margin:.2rem 0}
.lane>span{color:var(--quiet);overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.lane svg{width:100%;display:block;background:var(--box);border-radius:.2rem}
.axis{display:flex;justify-content:space-between;color:var(--quiet);font-size:.75rem;font-variant-numeric:tabular-nums}
svg .call{fill:var(--call)}svg .failed{fill:var(--failed)}
svg .stop{fill:var(--stop)}svg .warn{fill:var(--warn)}svg .notice{fill:var(--notice)}
svg .tokens,svg .cost{fill:none;stroke:var(--tokens);stroke-width:2;vector-effect:non-scaling-stroke}svg .cost{stroke:var(--cost)}
@media (max-width:40rem){.list,.list tbody,.list tr{display:block}.list thead{display:none}.list tr{border-bottom:1px solid var(--line);padding:.5rem 0}
.list td{display:inline;border:0}.list td:last-child:not(:empty)::before{content:\"wasted \"}.list td:nth-child(3){display:block}.list .n::after{content:\" \" attr(data-label)}
.lane{grid-template-columns:1fr;gap:.1rem}main,footer{padding:.75rem}}
@media print{body{font-size:11pt}article,tr{break-inside:avoid}}
";
