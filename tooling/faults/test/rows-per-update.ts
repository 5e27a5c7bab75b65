import type { Knex } from 'knex';

/**
 * Has PostgreSQL write down how many rows each UPDATE of the sessions changes.
 *
 * @returns what the most were so far: more than one only where calls have been gathered.
 */
export async function watchUpdates(knex: Knex): Promise<() => Promise<number>> {
  await knex.raw(`
    CREATE TABLE rows_per_update (count bigint NOT NULL);
    CREATE FUNCTION write_down() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO cross_app_demo.rows_per_update SELECT count(*) FROM changed; RETURN NULL; END $$;
    CREATE TRIGGER write_down AFTER UPDATE ON cross_app_sessions
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION write_down();`);
  return async () => {
    const { rows } = await knex.raw<{ rows: [{ most: string }] }>(
      'SELECT max(count) AS most FROM rows_per_update',
    );
    return Number(rows[0].most);
  };
}
