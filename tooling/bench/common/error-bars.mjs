// Bars from the lowest to the highest value, which echarts leaves to a custom series. They have the name of what they belong
// to, which gives them its colour and the legend one entry.
const CAP = 4;
const ON_A_BAR = '#333333';

/** Of the bars, which those of lowest and highest are in the middle of. */
export const BAR_WIDTH = { barMaxWidth: 60 };

/** For points of a line: `ranges` are `[x, lowest, highest]`. */
export function lineErrors(name, ranges) {
  const renderItem = (params, api) => {
    const [from, to] = [1, 2].map((end) => api.coord([api.value(0), api.value(end)]));
    return errorBar([from, to], [CAP, 0], api.visual('color'));
  };
  return { ...errors(name, ranges, renderItem), encode: { x: 0, y: [1, 2] } };
}

/** For bars in groups: `values` are the rounds of each group; `index` of `count` says which bar of a group it is. */
export function barErrors(name, values, { index, count, horizontal }) {
  const ranges = values.flatMap((rounds = [], group) =>
    rounds.length === 0 ? [] : [[group, Math.min(...rounds), Math.max(...rounds)]],
  );
  const renderItem = (params, api) => {
    const { offsetCenter } = api.barLayout({ count, ...BAR_WIDTH })[index];
    const endOf = (end) => {
      const at = [api.value(0), api.value(end)];
      const [x, y] = api.coord(horizontal ? at.reverse() : at);
      return horizontal ? [x, y + offsetCenter] : [x + offsetCenter, y];
    };
    return errorBar([endOf(1), endOf(2)], horizontal ? [0, CAP] : [CAP, 0], ON_A_BAR);
  };
  const encode = horizontal ? { y: 0, x: [1, 2] } : { x: 0, y: [1, 2] };
  return { ...errors(name, ranges, renderItem), encode };
}

function errors(name, data, renderItem) {
  return { name, type: 'custom', data, renderItem, z: 3, silent: true };
}

function errorBar([from, to], [dx, dy], stroke) {
  const style = { stroke, lineWidth: 1.2, fill: 'none' };
  const line = ([x1, y1], [x2, y2]) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style });
  const cap = ([x, y]) => line([x - dx, y - dy], [x + dx, y + dy]);
  return { type: 'group', children: [line(from, to), cap(from), cap(to)] };
}
