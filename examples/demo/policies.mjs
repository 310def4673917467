/**
 * What each route asks of its visitors. Both servers take it from here, and so does the page that explains it to them.
 *
 * @typedef {import('@peercert/core').RoutePolicy} RoutePolicy
 */

/** @satisfies {Record<string, RoutePolicy>} */
export const guarded = {
  '/': 'required',
  '/pay': { subject: { OU: 'payments' } },
  '/mail': { subjectAltName: { email: /.+@example\.com/ } },
  '/devices': { issuer: { CN: 'Example Devices CA' } },
};

/** @type {Readonly<Record<string, RoutePolicy>>} */
export const policies = { '/health': false, ...guarded };
