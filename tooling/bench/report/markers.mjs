const SECTION = /(<!-- bench:([\w-]+) -->\n)[\s\S]*?(<!-- \/bench:\2 -->)/g;

/** Fills what is between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`. Each of the wanted names must be there. */
export async function fillMarkers(text, wanted, fill) {
  const names = [...text.matchAll(SECTION)].map(([, , name]) => name);
  const missing = wanted.filter((name) => !names.includes(name));
  if (missing.length > 0) throw new RangeError(`The document has no place for ${missing.join(', ')}.`);
  const parts = new Map();
  for (const name of names) parts.set(name, await fill(name));
  return text.replace(SECTION, (_, start, name, end) => `${start}\n${parts.get(name)}\n\n${end}`);
}
