import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const RENDER = join(__dirname, 'fixture/render-plot.mjs');

function render(kind: 'linePlot' | 'barPlot', spec: object): string {
  const printed = execFileSync(process.execPath, [RENDER, kind, JSON.stringify(spec)], { encoding: 'utf8' });
  const [first, second] = JSON.parse(printed) as [string, string];
  expect(second).toBe(first);
  return first;
}

/** What is written in the plot. */
function texts(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text);
}

/** The bars from the lowest to the highest are this wide, three lines each. */
function errorBars(svg: string): number {
  return [...svg.matchAll(/stroke-width="1.2"/g)].length / 3;
}

const LINES = {
  title: 'Redeem: calls a second',
  x: { name: 'calls in flight' },
  y: { name: 'calls/s', log: true },
  series: ['batched', 'single'].map((name, index) => ({
    name,
    points: [1, 64, 10_000].map((x) => [x, [1000 * x, 900 * x, 1100 * x + index]]),
  })),
};

const BARS = {
  title: 'Bytes a row',
  groups: ['plain', 'partitioned'],
  y: { name: 'bytes' },
  series: [
    { name: 'heap', values: [[200, 210, 220], [230]] },
    { name: 'indexes', values: [[100, 110]] },
  ],
};

describe('a plot', () => {
  it('names its lines and axes, and shows the rounds of each point', () => {
    const svg = render('linePlot', LINES);
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['Redeem: calls a second', 'calls in flight', 'calls/s', 'batched', 'single']),
    );
    expect(texts(svg)).toEqual(expect.arrayContaining(['1', '64', '10,000']));
    expect(errorBars(svg)).toBe(6);
  });

  it('puts x on a logarithmic axis where told to', () => {
    const svg = render('linePlot', { ...LINES, x: { name: 'rows', type: 'log' } });
    expect(texts(svg)).toEqual(expect.arrayContaining(['10', '100', '1,000', '10,000']));
    expect(texts(svg)).not.toContain('64');
  });

  it('has a bar for each of the series in each group, and shows its rounds', () => {
    const svg = render('barPlot', BARS);
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['Bytes a row', 'bytes', 'plain', 'partitioned', 'heap', 'indexes']),
    );
    expect(errorBars(svg)).toBe(3);
    expect(errorBars(render('barPlot', { ...BARS, horizontal: true }))).toBe(3);
    expect(errorBars(render('barPlot', { ...BARS, stacked: true }))).toBe(0);
  });

  it('has a background of its own, and nothing that moves or that counts from plot to plot', () => {
    const svg = render('barPlot', BARS);
    expect(svg).toMatch(/<rect [^>]*fill="#ffffff"/);
    expect(svg).not.toMatch(/zr\d|animat|keyframes/);
  });
});
