import { styleText } from 'node:util';

/**
 * @typedef {import('./judge.mjs').Answer} Answer
 * @typedef {{ row: import('./story.mjs').Row, answers: readonly Answer[], problems: readonly (string | undefined)[] }} Played
 *
 * @typedef {Parameters<typeof styleText>[0]} Style
 * @typedef {{ text: string, style?: Style }} Cell
 */

/**
 * The story as a table: a line for each row, with a mark that tells whether all servers answered as expected.
 *
 * @param {readonly Played[]} played
 * @param {readonly string[]} servers their names, in the order of the answers
 * @param {{ colours: boolean }} look
 */
export function table(played, servers, { colours }) {
  const titles = ['', 'who', 'presents', 'route', ...servers, 'why'].map((text) => ({ text, style: /** @type {Style} */ ('bold') }));
  const lines = played.map(({ row, answers, problems }) => [
    mark(problems),
    { text: row.who },
    { text: row.presents },
    { text: row.route },
    ...answers.map(status),
    { text: why(answers, servers) },
  ]);
  const widths = titles.map((_, column) => Math.max(...[titles, ...lines].map((cells) => cells[column]?.text.length ?? 0)));
  const rule = widths.map((width) => ({ text: '─'.repeat(width), style: /** @type {Style} */ ('dim') }));
  return [titles, rule, ...lines].map((cells) => cells.map(padded).join('  ').trimEnd()).join('\n');

  /**
   * @param {Cell} cell
   * @param {number} column
   */
  function padded({ text, style }, column) {
    const space = ' '.repeat((widths[column] ?? 0) - text.length);
    return (style === undefined || !colours ? text : styleText(style, text)) + space;
  }
}

/**
 * @param {readonly (string | undefined)[]} problems
 * @returns {Cell}
 */
function mark(problems) {
  return problems.every((problem) => problem === undefined) ? { text: '✓', style: 'green' } : { text: '✗', style: ['red', 'bold'] };
}

/**
 * @param {Answer} answer
 * @returns {Cell}
 */
function status(answer) {
  if ('failure' in answer) return { text: 'failed', style: 'red' };
  const before = answer.before !== undefined && 'status' in answer.before ? `${answer.before.status} → ` : '';
  return { text: before + answer.status, style: answer.status < 300 ? 'green' : 'yellow' };
}

/**
 * The code of a refusal, or what an allowed visitor was answered; said once where the servers agree.
 *
 * @param {readonly Answer[]} answers
 * @param {readonly string[]} servers
 */
function why(answers, servers) {
  const texts = answers.map((answer) => ('failure' in answer ? answer.failure : String(answer.body.code ?? JSON.stringify(answer.body))));
  const [first] = texts;
  return texts.every((text) => text === first) ? String(first) : texts.map((text, index) => `${servers[index]}: ${text}`).join('; ');
}
