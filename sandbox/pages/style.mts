/** The style sheet of every page. On a phone tables become cards, in which each cell says its column's name. */
export const STYLE = `
:root { color-scheme: light; --ink: #1c2430; --soft: #566070; --line: #dfe4ea; --paper: #fff; --accent: #0a5fb4; }
* { box-sizing: border-box; }
body { margin: 0; background: #f2f4f7; color: var(--ink); line-height: 1.5; overflow-wrap: anywhere;
	font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Khmer", "Khmer OS", "Khmer UI", sans-serif; }
[lang="km"] { line-height: 1.8; }
.banner { background: #ffe08a; color: #4a3800; text-align: center; padding: .5rem 1rem; }
.banner p { margin: 0; font-weight: 600; }
.banner a { color: #4a3800; display: inline-block; padding: .2rem .6rem; }
.banner a[aria-current] { font-weight: 700; text-decoration: none; }
main { max-width: 32rem; margin: 0 auto; padding: 1rem; }
main.wide { max-width: 72rem; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: .8rem; padding: 1.2rem; margin-bottom: 1rem; }
.columns { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(26rem, 100%), 1fr)); gap: 0 1rem; align-items: start; }
h1 { font-size: 1.3rem; line-height: 1.35; margin: 0 0 .2rem; }
h2 { font-size: 1.05rem; margin: 0 0 .6rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: .4rem 0; }
.soft { color: var(--soft); font-size: .9rem; }
.amount { font-size: 2rem; font-weight: 700; margin: .6rem 0 .4rem; }
.nowrap { white-space: nowrap; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; padding: .5rem 1rem .5rem 0; border-top: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; font-size: .85rem; border-top: 0; }
tfoot td { font-weight: 600; }
th:last-child, td:last-child { padding-right: 0; }
.cards td > div { min-width: 6rem; }
.cards .state { white-space: nowrap; }
.number { text-align: right; }
dl { margin: 0; }
dl > div { display: grid; grid-template-columns: 9.5rem 1fr; gap: .2rem .8rem; padding: .45rem 0; border-top: 1px solid var(--line); align-items: center; }
dt { color: var(--soft); font-size: .9rem; }
dd { margin: 0; display: flex; flex-wrap: wrap; gap: .4rem .8rem; align-items: center; justify-content: space-between; }
pre { margin: .4rem 0; font-size: .75rem; white-space: pre-wrap; }
code { font-size: .9em; background: #eef1f5; padding: .05rem .35rem; border-radius: .3rem; }
a { color: var(--accent); }
.tap { display: inline-block; padding: .2rem 0; }
button, .button { display: block; width: 100%; font: inherit; font-weight: 600; text-align: center; text-decoration: none; padding: .7rem 1rem;
	border-radius: .6rem; border: 1px solid var(--accent); background: var(--accent); color: #fff; cursor: pointer; }
button.plain { background: var(--paper); color: var(--ink); border-color: #7b8694; }
button.small { width: auto; display: inline-block; padding: .3rem .8rem; font-size: .9rem; }
button[hidden] { display: none; }
button[aria-pressed="true"] { background: var(--ink); color: #fff; border-color: var(--ink); }
:focus-visible { outline: 3px solid #0b4f9e; outline-offset: 2px; }
article button { margin-top: .3rem; }
form.stack { display: grid; gap: .6rem; margin-top: 1.2rem; }
.row { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: .5rem 0; }
label.field { display: grid; gap: .1rem; margin: .5rem 0; font-size: .9rem; color: var(--soft); }
input, select { font: inherit; color: var(--ink); background: var(--paper); padding: .4rem .6rem; border: 1px solid #7b8694; border-radius: .4rem; max-width: 100%; }
input[type="search"] { flex: 1 1 12rem; min-width: 0; }
summary { cursor: pointer; padding: .3rem 0; color: var(--accent); }
.state { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; font-size: .85rem; font-weight: 600; background: #eceef1; color: #434c59; }
.state.WAITING { background: #e8eef6; color: #274a72; }
.state.SUCCESS { background: #d9f3e1; color: #14602f; }
.state.planned { background: #ffe9c7; color: #6b3d00; }
.bad { color: #a3242b; }
.card.alarm { background: #fdecec; border: 2px solid #c62f38; color: #7d1820; }
.double { background: #fdecec; }
.qr { display: block; width: 11rem; margin: 1.2rem auto .2rem; }
.center { text-align: center; }
@media (max-width: 759px) {
	main { padding: .6rem; }
	.cards, .cards tbody, .cards tr, .cards td { display: block; }
	.cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
	.cards tr { border-top: 1px solid var(--line); padding: .6rem 0; }
	.cards tr.double { padding: .6rem; }
	.cards td { display: grid; grid-template-columns: 7.5rem 1fr; gap: .6rem; border: 0; padding: .2rem 0; text-align: left; }
	.cards td::before { content: attr(data-column); color: var(--soft); font-size: .85rem; }
	dl > div { grid-template-columns: 1fr; }
}
`;
