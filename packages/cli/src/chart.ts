import { plot } from 'simple-ascii-chart';
import type { Point } from 'simple-ascii-chart';

const HEIGHT = 6;
const MAX_WIDTH = 72;
// The numbers at the left, the axis and its arrow.
const MARGIN = 16;

/** A line through the days, oldest first; nothing where there is nothing to draw. */
export function chart(
  title: string,
  days: readonly (readonly [date: string, value: number])[],
  columns: number,
): string {
  const top = Math.max(0, ...days.map(([, value]) => value));
  const width = Math.min(columns, MAX_WIDTH) - MARGIN;
  const last = days.length - 1;
  if (top === 0 || last < 1 || width < last) return '';
  const drawn = plot(
    days.map(([, value], day): Point => [day, value]),
    {
      title,
      width,
      height: HEIGHT,
      yRange: [0, top],
      customXAxisTicks: [0, last],
      customYAxisTicks: [0, top],
      formatter: (value, { axis }) => (axis === 'y' ? value : (days[value]?.[0].slice(5) ?? '')),
    },
  );
  return `${drawn.replace(/ +$/gm, '').replace(/\n+$/, '')}\n`;
}
