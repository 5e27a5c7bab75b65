// One job in a process of its own, so that its memory is its own: `node run-job.mjs JOB URL FILE`.
import { openKnex } from '../common/database.mjs';
import { JOBS } from './jobs.mjs';

const [job, url, file] = process.argv.slice(2);
const knex = openKnex(url, 2);
await knex.raw('SELECT 1');
const started = performance.now();
await JOBS[job](knex, file);
const seconds = (performance.now() - started) / 1000;
await knex.destroy();
console.log(JSON.stringify({ seconds, peakMiB: process.resourceUsage().maxRSS / 1024 }));
