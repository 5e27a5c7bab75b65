import { build } from 'hdr-histogram-js';

export const PERCENTILES = [50, 90, 99, 99.9, 100];

/** Of milliseconds, to a microsecond and three digits. */
export function openHistogram() {
  const histogram = build({ numberOfSignificantValueDigits: 3, useWebAssembly: false });
  return {
    add: (milliseconds) => histogram.recordValue(Math.max(1, Math.round(milliseconds * 1000))),
    /** At each of the percentiles, in their order. */
    percentiles: () => PERCENTILES.map((percentile) => histogram.getValueAtPercentile(percentile) / 1000),
  };
}
