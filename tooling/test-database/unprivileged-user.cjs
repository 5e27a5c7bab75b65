const { execFileSync } = require('node:child_process');
const { chownSync, constants, statSync } = require('node:fs');
const path = require('node:path');

/** Root may not run PostgreSQL: then it runs as `nobody`, which every Unix has. */
function unprivilegedUser() {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'nobody'])));
  return { uid, gid };
}

/** Whether `user` gets through to `file`: a checkout below root's home is closed to `nobody`. */
function isReachable(file, user) {
  if (user.uid === undefined) return true;
  const parent = path.dirname(file);
  if ((statSync(parent).mode & constants.S_IXOTH) === 0) return false;
  return parent === path.dirname(parent) || isReachable(parent, user);
}

function giveTo(user, ...files) {
  if (user.uid === undefined) return;
  for (const file of files) chownSync(file, user.uid, user.gid);
}

module.exports = { giveTo, isReachable, unprivilegedUser };
