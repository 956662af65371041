/** Sober on purpose: it shall look like the page that people know, not like an advertisement. */
export const style = `
body { margin: 0; background: #fff; color: #1f2328; font: 14px/1.5 system-ui, "Noto Sans", sans-serif; }
main { max-width: 920px; margin: 24px auto; padding: 0 16px; }
h1 { font-size: 24px; font-weight: 400; margin: 0 0 8px; }
h2 { font-size: 13px; font-weight: 600; margin: 0; padding: 8px 12px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; }
.number, .counts { color: #59636e; font-weight: 400; }
.check { display: inline-block; margin: 0 0 16px; padding: 4px 12px; border-radius: 16px; color: #fff; }
.check.failed { background: #cf222e; }
.check.passed { background: #1a7f37; }
.file { border: 1px solid #d1d9e0; border-radius: 6px; margin-bottom: 16px; overflow: hidden; }
table { border-collapse: collapse; width: 100%; }
.file > table { font: 12px/20px ui-monospace, "DejaVu Sans Mono", monospace; }
td.line { width: 40px; padding: 0 8px; color: #59636e; text-align: right; user-select: none; }
td.code { padding: 0 8px; white-space: pre-wrap; }
tr.added { background: #dafbe1; }
tr.removed { background: #ffebe9; }
tr.hunk { background: #ddf4ff; color: #59636e; }
tr.thread > td { padding: 12px; border: solid #d1d9e0; border-width: 1px 0; background: #fff; font: 14px/1.5 system-ui, "Noto Sans", sans-serif; }
.comment { border: 1px solid #d1d9e0; border-radius: 6px; }
.author { display: flex; align-items: center; gap: 6px; margin: 0; padding: 6px 12px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; border-radius: 6px 6px 0 0; }
.avatar { width: 20px; height: 20px; border-radius: 5px; background: conic-gradient(#0969da 25%, #54aeff 0 50%, #0969da 0 75%, #54aeff 0); }
.badge { border: 1px solid #d1d9e0; border-radius: 10px; padding: 0 6px; color: #59636e; font-size: 12px; line-height: 18px; }
.about { color: #59636e; }
.markdown { padding: 4px 12px; }
.markdown h2 { padding: 8px 0; background: none; font-size: 20px; }
.markdown table { width: auto; }
.markdown th, .markdown td { border: 1px solid #d1d9e0; padding: 4px 8px; }
code, pre { font: 12px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; background: #f0f2f4; border-radius: 4px; }
code { padding: 2px 4px; }
pre { padding: 8px; overflow: auto; }
pre.diff { padding: 8px 0; }
pre.diff span { display: block; padding: 0 8px; }
pre.diff .added { background: #dafbe1; }
pre.diff .removed { background: #ffebe9; }
pre.mermaid { background: none; text-align: center; }
pre code { padding: 0; background: none; }
.suggestion { border: 1px solid #d1d9e0; border-radius: 6px; margin: 8px 0; overflow: hidden; }
.suggestion p { margin: 0; padding: 6px 12px; border-bottom: 1px solid #d1d9e0; font-weight: 600; }
.suggestion pre { margin: 0; padding: 0; background: none; border-radius: 0; }
.suggestion pre span { display: block; padding: 0 12px; }
.suggestion .added { background: #dafbe1; }
.suggestion .removed { background: #ffebe9; }
.button { float: right; font-weight: 400; font-size: 12px; border: 1px solid #d1d9e0; border-radius: 6px; padding: 0 8px; }
`;
