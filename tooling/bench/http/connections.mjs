/** Of each rival to the database. */
export const CONNECTIONS = 10;
