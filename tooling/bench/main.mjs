// `npm run bench -- NAME`: every bench is a subcommand.
import { Command } from 'commander';

// Only what is asked for is loaded, so that no bench carries the rivals of another in its memory.
const COMMANDS = {
  footprint: async () => (await import('./footprint/command.mjs')).addFootprint,
  growth: async () => (await import('./growth/command.mjs')).addGrowth,
  http: async () => (await import('./http/command.mjs')).addHttp,
  issuer: async () => (await import('./issuer/command.mjs')).addIssuer,
  latency: async () => (await import('./latency/command.mjs')).addLatency,
  maintenance: async () => (await import('./maintenance/command.mjs')).addMaintenance,
  refusals: async () => (await import('./refusals/command.mjs')).addRefusals,
  verbs: async () => (await import('./verbs/command.mjs')).addVerbs,
  report: async () => (await import('./report/command.mjs')).addReport,
};

const program = new Command('npm run bench --')
  .description('What this costs and what it is worth, each time beside something else in the same run.')
  .helpCommand(false);
const wanted = COMMANDS[process.argv[2]];
for (const load of wanted === undefined ? Object.values(COMMANDS) : [wanted]) {
  const add = await load();
  add(program);
}

if (process.argv.length < 3) program.help();
await program.parseAsync();
