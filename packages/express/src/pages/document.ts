import { chooseAccount } from './choose-account.js';
import { onTheWay } from './continue.js';
import { failed } from './error.js';
import { markup, trusted } from './markup.js';
import type { CrossAppPage } from './page.js';
import type { PageParts } from './parts.js';
import { question } from './question.js';
import { styleSheet } from './style.js';
import type { PageTexts } from './texts.js';

/** What a page needs beside what is on it. */
export interface PageFrame {
  readonly nonce: string;
  readonly lang: string;
  readonly dir: 'ltr' | 'rtl';
  readonly texts: PageTexts;
}

/** The page as it is sent unless the host renders its own: nothing in it is loaded from anywhere. */
export function documentOf(page: CrossAppPage, { nonce, lang, dir, texts }: PageFrame): string {
  const { title, main, script } = partsOf(page, texts);
  const scripts =
    script === undefined ? [] : [markup`<script nonce="${nonce}">${trusted(script)}</script>\n`];
  return markup`<!doctype html>
<html lang="${lang}" dir="${dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style nonce="${nonce}">${trusted(styleSheet())}</style>
</head>
<body>
<main>
${main}
</main>
${scripts}</body>
</html>
`.html;
}

function partsOf(page: CrossAppPage, texts: PageTexts): PageParts {
  switch (page.kind) {
    case 'confirm':
    case 'switch':
      return question(page, texts);
    case 'continue':
      return onTheWay(page, texts);
    case 'choose-account':
      return chooseAccount(page, texts);
    case 'error':
      return failed(page, texts);
  }
}
