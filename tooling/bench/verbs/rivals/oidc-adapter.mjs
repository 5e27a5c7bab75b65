// oidc-provider's storage in PostgreSQL, a table for each model: those methods of its adapter that an exchange calls,
// and those that would revoke. Each statement is prepared.

const MODELS = ['AuthorizationCode', 'AccessToken', 'Grant'];

/** Name of the table for a model's name. */
export function oidcTable(model) {
  return `"oidc_${model}"`;
}

export async function createOidcTables(pool) {
  for (const table of MODELS.map(oidcTable)) {
    await pool.query(`
      CREATE TABLE ${table} (
        id text PRIMARY KEY, payload jsonb NOT NULL, grant_id text, expires_at timestamptz, consumed_at timestamptz
      );
      CREATE INDEX ON ${table} (grant_id)`);
  }
}

/** The class that the provider makes one of for each of its models. */
export function oidcAdapter(pool) {
  return class PostgresAdapter {
    constructor(model) {
      this.model = model;
      this.statements = statementsOn(oidcTable(model));
    }

    #run(name, values) {
      return pool.query({ name: `${name} ${this.model}`, text: this.statements[name], values });
    }

    async upsert(id, payload, expiresIn) {
      await this.#run('upsert', [id, payload, payload.grantId ?? null, expiresIn ?? null]);
    }

    async find(id) {
      const { rows } = await this.#run('find', [id]);
      if (rows.length === 0) return undefined;
      const [{ payload, consumed_at: consumed }] = rows;
      return consumed === null ? payload : { ...payload, consumed };
    }

    async consume(id) {
      await this.#run('consume', [id]);
    }

    async destroy(id) {
      await this.#run('destroy', [id]);
    }

    async revokeByGrantId(grantId) {
      await this.#run('revokeByGrantId', [grantId]);
    }
  };
}

function statementsOn(table) {
  return {
    upsert: `
      INSERT INTO ${table} (id, payload, grant_id, expires_at)
      VALUES ($1, $2, $3, now() + make_interval(secs => $4))
      ON CONFLICT (id) DO UPDATE
      SET payload = excluded.payload, grant_id = excluded.grant_id, expires_at = excluded.expires_at`,
    find: `SELECT payload, consumed_at FROM ${table} WHERE id = $1 AND (expires_at IS NULL OR expires_at > now())`,
    consume: `UPDATE ${table} SET consumed_at = now() WHERE id = $1`,
    destroy: `DELETE FROM ${table} WHERE id = $1`,
    revokeByGrantId: `DELETE FROM ${table} WHERE grant_id = $1`,
  };
}
