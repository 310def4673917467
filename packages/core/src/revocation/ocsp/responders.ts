import { type AccessDescription, type Certificate, oids } from '../../x509/index.js';

/** Responders of one certificate; authorities name one, seldom two. */
const mostResponders = 4;
/** Characters of a URL; with a longer path nothing would be left of the 255 octets that GET allows, and real ones have about 30. */
const longestUrl = 1_024;

/**
 * The URLs at which the certificate's authority says that its status can be asked, in their order: the first four of `http` and `https`,
 * without user names and passwords in them, of at most 1,024 characters. Nothing where there is none, or the extension is malformed.
 *
 * Whether they may be asked is the caller's to judge: whoever made the certificate chose them.
 *
 * @see RFC 6960, section 3.1; RFC 5280, section 4.2.2.1
 */
export function ocspResponders(certificate: Certificate): readonly string[] {
  const urls: string[] = [];
  for (const { accessMethod, accessLocation } of accessDescriptions(certificate)) {
    if (accessMethod !== oids.accessMethod.ocsp || accessLocation.type !== 'uniformResourceIdentifier') continue;
    if (isAcceptable(accessLocation.value) && !urls.includes(accessLocation.value)) urls.push(accessLocation.value);
    if (urls.length === mostResponders) break;
  }
  return Object.freeze(urls);
}

function accessDescriptions(certificate: Certificate): readonly AccessDescription[] {
  try {
    return certificate.authorityInfoAccess ?? [];
  } catch {
    // The accessor throws for what breaks its syntax, and names no responder then.
    return [];
  }
}

function isAcceptable(text: string): boolean {
  if (text.length > longestUrl || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}
