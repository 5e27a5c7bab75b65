import type { PageOptions } from '@cross-app/express';

/** The pages of the packages as they are, with a way to what just happened below them. */
export const CROSS_APP_PAGES: PageOptions = {
  render: (_page, { defaultHtml }) =>
    defaultHtml.replace(
      '</main>',
      '<p><a class="other" href="/what-happened">What just happened?</a></p>\n</main>',
    ),
};
