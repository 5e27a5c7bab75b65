/**
 * Serves the app in this process, which server-process.mjs has started: it says its port, answers every message with the
 * CPU seconds it has taken and what else `facts` gives, and ends when its parent lets go of it.
 */
export function serve(app, facts = () => ({})) {
  const server = app.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send({ cpuSeconds: (user + system) / 1e6, ...facts() });
  });
  process.on('disconnect', () => process.exit());
}
