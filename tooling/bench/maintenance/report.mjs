import Table from 'cli-table3';
import { quantile, spread } from '../common/numbers.mjs';

const PLAIN = { style: { head: [], border: [], compact: true } };

/** Rows a second of each job, ours and in one statement, and the ratio of the two in each round. */
export function printJobs(jobs, rows) {
  const table = new Table({
    ...PLAIN,
    head: ['job', 'rows/s, ours', 'rows/s, one statement', 'ratio', 'memory, MiB'],
  });
  const idle = quantile(
    jobs.nothing.map(({ peakMiB }) => peakMiB),
    0.5,
  );
  for (const name of Object.keys(jobs).filter((key) => key.endsWith(' ours'))) {
    const job = name.replace(/ ours$/, '');
    const [ours, sql] = [jobs[name], jobs[`${job} sql`]];
    const rate = (runs) =>
      spread(
        runs.map(({ seconds }) => rows / seconds),
        0,
      );
    const ratios = ours.map(({ seconds }, round) => sql[round].seconds / seconds);
    const peak = Math.max(...ours.map(({ peakMiB }) => peakMiB));
    table.push([
      job,
      rate(ours),
      rate(sql),
      spread(ratios, 2),
      `${peak.toFixed(0)} (idle ${idle.toFixed(0)})`,
    ]);
  }
  return table.toString();
}

/** The 99th percentile of a redeem beside each job, and its ratio to that without one, in each round. */
export function printLatencies(latencies) {
  const table = new Table({ ...PLAIN, head: ['redeem beside', '99th percentile, ms', 'ratio to nothing'] });
  for (const [job, values] of Object.entries(latencies)) {
    const ratios = values.map((value, round) => value / latencies.nothing[round]);
    table.push([job, spread(values, 1), spread(ratios, 2)]);
  }
  return table.toString();
}
