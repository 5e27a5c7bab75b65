import { median, spread, spreadOf } from '../common/numbers.mjs';
import { barPlot } from '../common/plot.mjs';

export function tables({ measured, options }) {
  return [jobsTable(measured.jobs, options.rows), latenciesTable(measured.latencies)];
}

export function plots({ measured }) {
  const names = jobsOf(measured.jobs);
  const plot = barPlot({
    title: 'Maintenance: rows a second, in batches over in one statement',
    groups: names,
    y: { name: 'ratio' },
    series: [{ name: 'ours over one statement', values: names.map((name) => ratios(measured.jobs, name)) }],
  });
  return [{ file: 'maintenance.svg', option: plot }];
}

/** Rows a second of each job, ours and in one statement, and the ratio of the two in each round. */
function jobsTable(jobs, rows) {
  const idle = median(peaks(jobs.nothing)).toFixed(0);
  const rate = (runs) => spreadOf(runs, ({ seconds }) => rows / seconds, 0);
  return {
    title: 'Maintenance',
    head: ['job', 'rows/s, ours', 'rows/s, one statement', 'ratio', 'memory, MiB'],
    rows: jobsOf(jobs).map((job) => [
      job,
      rate(jobs[`${job} ours`]),
      rate(jobs[`${job} sql`]),
      spread(ratios(jobs, job), 2),
      `${Math.max(...peaks(jobs[`${job} ours`])).toFixed(0)} (idle ${idle})`,
    ]),
  };
}

/** The 99th percentile of a redeem beside each job, and its ratio to that without one, in each round. */
function latenciesTable(latencies) {
  return {
    title: 'A redeem while a cleanup runs',
    head: ['redeem beside', '99th percentile, ms', 'ratio to nothing'],
    rows: Object.entries(latencies).map(([job, values]) => [
      job,
      spread(values, 1),
      spread(
        values.map((value, round) => value / latencies.nothing[round]),
        2,
      ),
    ]),
  };
}

function jobsOf(jobs) {
  return Object.keys(jobs)
    .filter((name) => name.endsWith(' ours'))
    .map((name) => name.replace(/ ours$/, ''));
}

function ratios(jobs, job) {
  return jobs[`${job} ours`].map(({ seconds }, round) => jobs[`${job} sql`][round].seconds / seconds);
}

function peaks(runs) {
  return runs.map(({ peakMiB }) => peakMiB);
}
