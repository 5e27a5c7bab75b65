import * as echarts from 'echarts';

const SIZE = { width: 860, height: 480 };

// Okabe and Ito's, which people who see fewer colours can tell apart; the yellow is too pale for lines on white.
const COLOURS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#7f7f7f',
  '#000000',
  '#8c510a',
  '#542788',
  '#b58900',
  '#1b7837',
];
const INK = '#24292f';
const GRID = '#d8dee4';

const AXIS = {
  nameLocation: 'middle',
  nameTextStyle: { color: INK, fontSize: 13 },
  axisLine: { show: true, lineStyle: { color: INK } },
  axisLabel: { color: INK, fontSize: 12 },
  splitLine: { lineStyle: { color: GRID } },
};

// A white background of its own: a page may be dark.
const THEME = {
  backgroundColor: '#ffffff',
  color: COLOURS,
  textStyle: { fontFamily: 'sans-serif' },
  title: { left: 'center', top: 12, textStyle: { color: INK, fontSize: 16 } },
  legend: {
    left: 'center',
    bottom: 10,
    width: 760,
    itemGap: 18,
    type: 'plain',
    textStyle: { color: INK, fontSize: 12 },
  },
  grid: { left: 50, right: 30, top: 60, bottom: 110 },
  line: { lineStyle: { width: 2 }, symbolSize: 9 },
  categoryAxis: { ...AXIS, splitLine: { show: false } },
  valueAxis: AXIS,
  logAxis: AXIS,
};

/** The plot as SVG. The same option always gives the same text. */
export function renderPlot(option) {
  const chart = echarts.init(null, THEME, { renderer: 'svg', ssr: true, ...SIZE });
  try {
    chart.setOption({ ...option, animation: false });
    return `${withoutCounters(chart.renderToSVGString({ useViewBox: true }))}\n`;
  } finally {
    chart.dispose();
  }
}

// echarts counts what it names through all the plots of a process.
function withoutCounters(svg) {
  const names = new Map();
  return svg.replace(/\bzr\d+-[a-z]+-?\d+/g, (name) => {
    if (!names.has(name)) names.set(name, `plot-${names.size}`);
    return names.get(name);
  });
}
