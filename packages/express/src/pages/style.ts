import { DARK, LIGHT } from './colours.js';
import type { Colours } from './colours.js';

const properties = (colours: Colours): string =>
  Object.entries(colours)
    .map(([name, colour]) => `--${name}:${colour};`)
    .join('');

// Lengths in rem, and no width that is fixed: at 400 % a wide window has 320 px.
const SHEET = `
:root{color-scheme:light dark;${properties(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${properties(DARK)}}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:34rem;padding:1rem;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
main{padding:1.25rem;border:1px solid var(--line);border-radius:.75rem;background:var(--card)}
h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25}
p{margin:0 0 .75rem}
fieldset{margin:1rem 0;padding:0;border:0;min-width:0}
legend{padding:0;font-weight:600}
label{display:flex;align-items:center;gap:.75rem;margin-top:.5rem;padding:.625rem .75rem;border:1px solid var(--control);border-radius:.5rem;cursor:pointer}
input[type=radio]{flex:none;width:1.25rem;height:1.25rem;margin:0;accent-color:var(--link)}
.actions{display:flex;flex-wrap:wrap;gap:.75rem;align-items:center;margin:1.25rem 0 0}
button,.button{display:inline-block;min-height:2.75rem;padding:.55rem 1.1rem;border:1px solid transparent;border-radius:.5rem;background:var(--button);color:var(--onButton);font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
button:hover,.button:hover{background:var(--buttonHover)}
button:disabled{cursor:progress}
.other{display:inline-block;padding:.55rem .25rem;color:var(--link)}
.quiet{color:var(--quiet);font-size:.875rem;margin:1.25rem 0 0}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
@media (min-width:40rem){body{padding:3rem 1rem}main{padding:2rem}}
`;

/** The style of every page. */
export function styleSheet(): string {
  return SHEET;
}
