/** A page of one of the apps. */
export function html(title: string, ...body: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title><meta name="viewport" content="width=device-width"></head>
<body><main><h1>${title}</h1>
${body.join('\n')}
</main></body></html>`;
}

export function link(url: string, words: string): string {
  return `<p><a href="${attribute(url)}">${words}</a></p>`;
}

/** A form with one button. */
export function form(action: string, words: string, fields: Readonly<Record<string, string>> = {}): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${attribute(value)}">`,
  );
  return `<form method="post" action="${attribute(action)}">${inputs.join('')}<button>${words}</button></form>`;
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}
