// What is done to a whole database, through a connection to another one of its server.
const { Client } = require('pg');

async function withClient(url, work) {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {}); // the server went away; the next query says so
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}

/** `url` for the database `name` of the same server. */
function urlOf(name, url) {
  const target = new URL(url);
  target.pathname = `/${name}`;
  return target.href;
}

async function dropDatabase(client, name) {
  await client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
}

// A comment is where a database can say something about itself to whoever cleans up later.
async function keepDatabase(client, name, why) {
  await client.query(`COMMENT ON DATABASE "${name}" IS ${client.escapeLiteral(why)}`);
}

async function databases(client, prefix) {
  const { rows } = await client.query(
    `SELECT datname AS name, shobj_description(oid, 'pg_database') IS NOT NULL AS kept
       FROM pg_database WHERE starts_with(datname, $1) ORDER BY datname`,
    [prefix],
  );
  return rows;
}

/** Drops the ones that are not kept; resolves to how many it dropped. */
async function dropDatabases(client, prefix) {
  const unwanted = (await databases(client, prefix)).filter(({ kept }) => !kept);
  for (const { name } of unwanted) await dropDatabase(client, name);
  return unwanted.length;
}

async function keptDatabases(client, prefix) {
  return (await databases(client, prefix)).filter(({ kept }) => kept).map(({ name }) => name);
}

module.exports = { dropDatabase, dropDatabases, keepDatabase, keptDatabases, urlOf, withClient };
