/** How many statements the pool has sent since. To be called before the first connection is made. */
export function countStatements(knex) {
  let count = 0;
  knex.client.pool.on('createSuccess', (_, connection) => {
    const query = connection.query.bind(connection);
    connection.query = (...args) => {
      count += 1;
      return query(...args);
    };
  });
  return () => count;
}
