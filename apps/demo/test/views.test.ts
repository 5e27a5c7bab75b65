import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDER } from './test-demo.js';

const views = readdirSync(join(FOLDER, 'views'), { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ejs'),
);

it.each(views)('%s puts nothing but its own parts into the page without escaping it', (file) => {
  const source = readFileSync(join(FOLDER, 'views', file), 'utf8');
  const raw = source.match(/<%-.*?%>/gs) ?? [];
  expect(raw.filter((tag) => !/^<%- include\('partials\/[a-z-]+'(, \{[^<>]*\})?\) %>$/.test(tag))).toEqual(
    [],
  );
});

it.each(views)('%s names no other host and has no inline style or event handler', (file) => {
  const source = readFileSync(join(FOLDER, 'views', file), 'utf8');
  expect(source).not.toMatch(/https?:|\bstyle=|\son[a-z]+=/);
});
