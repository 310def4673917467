/**
 * What to do next: the commands are complete, so that they can be copied as they are.
 *
 * @param {string} folder
 * @param {readonly import('./servers.mjs').Running[]} servers
 * @param {string} logged
 */
export function invitation(folder, servers, logged) {
  return `
The client is told the code and one constant sentence. Your log is told the rest; of bob at /pay it says:

  ${logged}

Now you, in another terminal:

  cd ${quoted(folder)}
${servers.map(commands).join('')}
The other certificates of the table lie there, too. What is refused shows here; Ctrl-C ends the demo.
`;
}

/** @param {import('./servers.mjs').Running} server */
function commands({ name, port }) {
  const url = `https://127.0.0.1:${port}`;
  const lines = [
    [`curl --cacert ca.crt ${url}/`, 'without a certificate'],
    [`curl --cacert ca.crt --cert client.crt --key client.key ${url}/pay`, 'as alice'],
    [`curl --cacert ca.crt --cert other-department.crt --key other-department.key ${url}/pay`, 'as bob'],
  ];
  const width = Math.max(...lines.map(([command = '']) => command.length));
  return `
  # ${name}
${lines.map(([command = '', remark]) => `  ${command.padEnd(width)}  # ${remark}\n`).join('')}`;
}

/** @param {string} path */
function quoted(path) {
  return /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
