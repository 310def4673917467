import { join } from 'node:path';
import { quoted } from './handout.mjs';

/**
 * What to do next: the commands are complete, so that they can be copied as they are.
 *
 * @param {import('./handout.mjs').Handout} handout
 * @param {readonly import('./servers.mjs').Running[]} servers
 * @param {string} logged
 */
export function invitation({ folder, names, password }, servers, logged) {
  const [first = ''] = names;
  return `
The client is told the code and one constant sentence. Your log is told the rest; of bob at /pay it says:

  ${logged}

Now you, in another terminal:

  cd ${quoted(folder)}
${servers.map((server) => commands(server, `${first}.p12:${password}`)).join('')}
Or in a browser: import a certificate, and open the page. It shows who you are, what each policy says of you, and why.

  certificate  ${names.map((name) => join(folder, `${name}.p12`)).join(' or ')}
  password     ${password}
  page         ${servers.map(({ name, port }) => `https://localhost:${port}/me (${name})`).join(' or ')}

The browser does not know the demo's authority, and warns; go on, or import ca.crt as well. Without a certificate the page tells more.

The other certificates of the table lie there, too. What is refused shows here; Ctrl-C ends the demo.
`;
}

/**
 * @param {import('./servers.mjs').Running} server
 * @param {string} pkcs12
 */
function commands({ name, port }, pkcs12) {
  const url = `https://127.0.0.1:${port}`;
  const lines = [
    [`curl --cacert ca.crt ${url}/`, 'without a certificate'],
    [`curl --cacert ca.crt --cert client.crt --key client.key ${url}/pay`, 'as alice'],
    [`curl --cacert ca.crt --cert-type P12 --cert ${pkcs12} ${url}/pay`, 'as alice, by .p12'],
    [`curl --cacert ca.crt --cert other-department.crt --key other-department.key ${url}/pay`, 'as bob'],
  ];
  const width = Math.max(...lines.map(([command = '']) => command.length));
  return `
  # ${name}
${lines.map(([command = '', remark]) => `  ${command.padEnd(width)}  # ${remark}\n`).join('')}`;
}
