import { Client } from 'pg';

/** The values of the first column. */
export async function query(url: string, sql: string): Promise<readonly string[]> {
  const client = new Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<string[]>({ text: sql, rowMode: 'array' });
    return rows.map(([value]) => String(value));
  } finally {
    await client.end();
  }
}

export function testDatabases(url: string): Promise<readonly string[]> {
  return query(url, "SELECT datname FROM pg_database WHERE datname LIKE 'cross_app%' ORDER BY 1");
}
