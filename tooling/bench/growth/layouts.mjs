/** Of each layout, what `migrate` is told. */
export const LAYOUTS = {
  plain: {},
  'by month': { layout: 'partitioned', partitionInterval: 'month' },
  'by day': { layout: 'partitioned', partitionInterval: 'day' },
};

export const DAYS = 60;

/** `migrate` makes the partitions of now and those to come. These are the earlier ones, as it would have made them then. */
export async function addEarlierPartitions(knex, { partitionInterval: interval }) {
  if (interval === undefined) return;
  const { rows } = await knex.raw(
    `SELECT to_char(lower, :format) AS suffix, lower || '+00' AS lower, lower + step || '+00' AS upper
     FROM date_trunc(:interval, now() AT TIME ZONE 'UTC') AS this, CAST(:step AS interval) AS step,
          generate_series(date_trunc(:interval, this - :days * interval '1 day'), this - step, step) AS lower`,
    {
      interval,
      step: `1 ${interval}`,
      days: DAYS + 1,
      format: interval === 'day' ? '_YYYY_MM_DD' : '_YYYY_MM',
    },
  );
  for (const { suffix, lower, upper } of rows) {
    await knex.raw(
      `CREATE TABLE cross_app_sessions${suffix} PARTITION OF cross_app_sessions
       FOR VALUES FROM ('${lower}') TO ('${upper}') WITH (fillfactor = 60)`,
    );
  }
}
