import { DARK, LIGHT } from '../../src/pages/colours.js';
import type { Colours } from '../../src/pages/colours.js';
import { styleSheet } from '../../src/pages/style.js';

// WCAG 2.2, "relative luminance" and "contrast ratio".
function luminance(colour: string): number {
  const channel = (from: number): number => {
    const share = Number.parseInt(colour.slice(from, from + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

// 1.4.3: text 4.5. 1.4.11: what marks a control, and the focus, 3.
const TEXT: readonly (keyof Colours)[][] = [
  ['text', 'card'],
  ['quiet', 'card'],
  ['link', 'card'],
  ['onButton', 'button'],
  ['onButton', 'buttonHover'],
];
const CONTROLS: readonly (keyof Colours)[][] = [
  ['control', 'card'],
  ['button', 'card'],
  ['buttonHover', 'card'],
  ['link', 'card'],
];

const pairs = (of: readonly (keyof Colours)[][], least: number): [string, string, number][] =>
  of.map(([front = 'text', back = 'card']) => [front, back, least]);

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
])('the %s colours', (_name, colours) => {
  it.each([...pairs(TEXT, 4.5), ...pairs(CONTROLS, 3)])('%s on %s has at least %d', (front, back, least) => {
    const [one, other] = [colours[front as keyof Colours], colours[back as keyof Colours]];
    expect(contrast(one, other)).toBeGreaterThanOrEqual(least);
  });
});

it('computes the ratios of the standard', () => {
  expect(contrast('#000000', '#ffffff')).toBe(21);
  expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
});

it('uses colours through these names alone, so that no other pair can appear', () => {
  const rules = styleSheet()
    .split('\n')
    .filter((line) => !line.includes(':root'))
    .join('\n');
  expect(rules).not.toMatch(/#[0-9a-f]{3,8}\b|rgb|hsl|opacity/i);
  const used = [...rules.matchAll(/var\(--(\w+)\)/g)].map(([, name = '']) => name);
  expect([...new Set(used)].sort()).toEqual(Object.keys(LIGHT).sort());
});
