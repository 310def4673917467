/**
 * The demo: makes a development PKI, starts a Fastify and an Express server that ask for client certificates, lets visitors
 * with good and bad ones knock at both, and shows who got in, and why not. Then it stays up for your own requests.
 */
import { rmSync } from 'node:fs';
import { styleText } from 'node:util';
import { argumentsOrUsage } from './arguments.mjs';
import { writeHandout } from './handout.mjs';
import { invitation } from './invitation.mjs';
import { judge } from './judge.mjs';
import { createPki, replaceCrls, writeFiles } from './pki.mjs';
import { playAll } from './play.mjs';
import { ifFree } from './ports.mjs';
import { startExpress, startFastify } from './servers.mjs';
import { story } from './story.mjs';
import { table } from './table.mjs';

const { once, port, folder, makeAnew } = argumentsOrUsage();
const colours = process.stdout.isTTY === true && process.stdout.hasColors();
/** @type {string[]} */
const log = [];
let isStoryTold = false;

say('Making a development PKI …');
const pki = await createPki();
if (makeAnew) rmSync(folder, { recursive: true, force: true });
await writeFiles(pki, folder);
const handout = await writeHandout(pki.byBrowser, folder);

const servers = [await start(startFastify, port), await start(startExpress, port === 0 ? 0 : port + 1)];
const places = servers.map((server) => `${server.name} listens on https://127.0.0.1:${server.port}`);
say(`${places.join(', ')}; the story takes two seconds …\n`);

const wrong = await tellStory();
isStoryTold = true;
process.exitCode = wrong === 0 ? 0 : 1;
if (once) {
  await close();
} else {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, close);
  const mismatch = log.find((line) => line.includes('POLICY_MISMATCH'));
  say(invitation(handout, servers, mismatch ?? ''));
}

/** How many rows were not as expected. */
async function tellStory() {
  const revoke = async () => replaceCrls(await pki.issueCrls({ hasLeft: true }), folder);
  const told = await playAll(story, servers, pki, revoke);
  const played = story.map((row, index) => {
    const answers = told[index] ?? [];
    return { row, answers, problems: answers.map((answer) => judge(row, answer)) };
  });
  const names = servers.map(({ name }) => name);
  say(`${table(played, names, { colours })}\n`);

  const failed = played.filter(({ problems }) => problems.some((problem) => problem !== undefined));
  for (const { row, problems } of failed) {
    problems.forEach((problem, index) => {
      if (problem === undefined) return;
      const line = `✗ row ${story.indexOf(row) + 1} (${row.who}: ${row.presents}, ${row.route}), ${names[index]}: ${problem}`;
      say(colours ? styleText('red', line) : line);
    });
  }
  say(
    failed.length === 0 ? `All ${played.length} rows are as expected.` : `${failed.length} of ${played.length} rows are not as expected.`,
  );
  return failed.length;
}

/**
 * @param {typeof startFastify} startServer
 * @param {number} wanted
 */
async function start(startServer, wanted) {
  const free = await ifFree(wanted);
  const server = await startServer({ folder, port: free, handout, log: (name, line) => note(`${name}: ${line}`) });
  if (free !== wanted) say(`Port ${wanted} is not free, so ${server.name} gets another one; --port N chooses.`);
  return server;
}

/** The visitors of the story are seen in the table; later ones as they come. */
function note(/** @type {string} */ line) {
  log.push(line);
  if (isStoryTold) say(line);
}

async function close() {
  await Promise.all(servers.map((server) => server.close()));
}

function say(/** @type {string} */ line) {
  process.stdout.write(`${line}\n`);
}
