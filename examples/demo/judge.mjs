/**
 * What a server answered, as the client saw it.
 *
 * @typedef {{ status: number, body: Record<string, unknown>, resumed: boolean, before?: Answer, sameConnection?: boolean } | { failure: string }} Answer
 */

/**
 * What is wrong with an answer, as a sentence; nothing if it is as the row expects.
 *
 * @param {Pick<import('./story.mjs').Row, 'refused' | 'hello' | 'via'>} row
 * @param {Answer} answer
 * @returns {string | undefined}
 */
export function judge({ refused, hello, via }, answer) {
  const expected = refused !== undefined ? `403 ${refused}` : hello !== undefined ? `200 for ${hello}` : '200';
  if ('failure' in answer) return `expected ${expected}, but there was no answer: ${answer.failure}`;
  const { status, body } = answer;
  const isExpected = refused !== undefined ? status === 403 && body.code === refused : status === 200 && greets(body, hello);
  if (!isExpected) return `expected ${expected}, but the answer was ${status} ${JSON.stringify(body)}`;
  // The right answer to another question than the row asks proves nothing.
  if (via === 'resumed' && !answer.resumed) return 'the TLS session was not resumed';
  if (via !== 'kept' && via !== 'revoked') return undefined;
  if (answer.sameConnection !== true) return 'the connection was not kept';
  return judge({}, answer.before ?? { failure: 'nothing was asked before' });
}

/**
 * @param {Record<string, unknown>} body
 * @param {string | undefined} name
 */
function greets({ hello }, name) {
  return name === undefined || (Array.isArray(hello) && hello.length === 1 && hello[0] === name);
}
