// The process that owns one PostgreSQL server. It lives apart from the program that asked for the server,
// so that it outlives it: when that program is gone, however it ended (SIGKILL too), so is the server.
const { copyCluster, createCluster, openCluster, removeCluster } = require('./cluster.cjs');
const { choosePort, startPostmaster, status, stopPostmaster } = require('./postmaster.cjs');

const request = JSON.parse(process.argv[2]);
let cluster;
let postmaster;

async function start() {
  if (request.reopen) cluster = openCluster(request.reopen);
  else {
    cluster = request.copyOf ? copyCluster(request) : createCluster(request);
    await choosePort(cluster);
  }
  return launch();
}

async function launch() {
  postmaster = await startPostmaster(cluster);
  return { dir: cluster.dir, pid: postmaster.child.pid, port: status(postmaster).port };
}

async function restart() {
  await stopPostmaster(postmaster, 'SIGINT');
  return launch();
}

async function finish({ keep }) {
  // A fast shutdown writes everything to the data directory; an immediate one does not take that time.
  if (postmaster) await stopPostmaster(postmaster, keep ? 'SIGINT' : 'SIGQUIT');
  if (cluster && !keep) removeCluster(cluster);
  process.exit();
}

const actions = {
  start,
  restart,
  crash: () => stopPostmaster(postmaster, 'SIGKILL'),
  halt: () => stopPostmaster(postmaster, 'SIGINT'),
  stop: () => finish({ keep: request.reopen !== undefined }),
  keep: () => finish({ keep: true }),
};

let last = Promise.resolve();
function inTurn(action) {
  last = last.then(actions[action]).then(
    (result) => process.connected && process.send({ result }),
    (error) => process.connected && process.send({ error: error.message }),
  );
}

process.on('message', inTurn);
process.on('disconnect', () => inTurn('stop'));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => inTurn('stop'));
