/**
 * Has statements planned anew after their 100th, 1,000th, 10,000th … use on a connection.
 *
 * PostgreSQL keeps the plan of a prepared statement until it hears of new statistics, and that may take autovacuum a
 * minute. A plan that was made for an empty table reads all of it, and with 50,000 rows in that minute each sign-in would
 * read 50,000. So no plan outlives a hundred uses, or ten times those that led to it. It costs a few plans a connection.
 */
export class PlanAge {
  readonly #uses = new WeakMap<object, Map<string, number>>();

  /** The name by which the connection is to know the statement of that name this time. */
  nameOn(connection: object, name: string): string {
    let uses = this.#uses.get(connection);
    if (uses === undefined) {
      uses = new Map<string, number>();
      this.#uses.set(connection, uses);
    }
    const count = (uses.get(name) ?? 0) + 1;
    uses.set(name, count);
    return `${name}_${Math.max(2, String(count).length)}`;
  }
}
